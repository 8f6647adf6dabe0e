internal import Values

/// Turns objects into the rows that `kubectl get` prints: `meta.k8s.io/v1` Table.
struct TableWriter: Sendable {
    /// What each row carries of its object.
    enum RowObject: String, Sendable {
        case metadata = "Metadata"
        case object = "Object"
        case none = "None"
    }

    private let columns: [PrinterColumn]
    private let paths: [PrinterPath?]
    private let rowObject: RowObject

    init(_ resource: APIResource, rowObject: RowObject) {
        columns = resource.columns
        self.rowObject = rowObject
        paths = columns.map { column in
            guard case .path(let path) = column.source else { return nil }
            return PrinterPath(path)
        }
    }

    func table(_ objects: [JSON], metadata: JSONObject, now: Timestamp) -> JSON {
        let definitions = columns.map { column -> JSON in
            [
                "name": .string(column.name), "type": .string(column.type),
                "format": .string(column.format), "description": .string(column.description),
                "priority": .integer(Int64(column.priority)),
            ]
        }
        return [
            "kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": .object(metadata),
            "columnDefinitions": .array(definitions),
            "rows": .array(objects.map { row($0, now: now) }),
        ]
    }

    private func row(_ object: JSON, now: Timestamp) -> JSON {
        var row: JSONObject = [
            "cells": .array(columns.indices.map { cell($0, of: object, now: now) })
        ]
        switch rowObject {
        case .metadata:
            row["object"] = [
                "kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1",
                "metadata": object["metadata"] ?? [:],
            ]
        case .object: row["object"] = object
        case .none: break
        }
        return .object(row)
    }

    private func cell(_ index: Int, of object: JSON, now: Timestamp) -> JSON {
        switch columns[index].source {
        case .name: return object["metadata"]?["name"] ?? ""
        case .age:
            return .string(
                Age.text(since: object["metadata"]?["creationTimestamp"], now: now))
        case .count(let path):
            var value: JSON? = object
            for name in path { value = value?[name] }
            var count = value?.objectValue?.count ?? value?.arrayValue?.count ?? 0
            // A config map's two kinds of data are one to who reads the table.
            if path == ["data"] { count += object["binaryData"]?.objectValue?.count ?? 0 }
            return .integer(Int64(count))
        case .event(let column): return column.cell(object, now: now)
        case .path: return pathCell(index, of: object, now: now)
        }
    }

    /// The cell of a path, converted as the column's type asks; `null` where there is nothing.
    private func pathCell(_ index: Int, of object: JSON, now: Timestamp) -> JSON {
        let values = paths[index]?.values(in: object) ?? []
        guard let first = values.first, !first.isNull else { return .null }
        switch columns[index].type {
        case "integer": return first.integerValue.map(JSON.integer) ?? .null
        case "number": return first.doubleValue == nil ? .null : first
        case "boolean": return first.boolValue == nil ? .null : first
        case "date":
            // A definition's own date is printed as it is, as the real server does.
            if columns[index].name == "Created At" { return first }
            return .string(Age.text(since: first, now: now))
        default:
            let texts = values.map { $0.stringValue ?? $0.text }
            return .string(texts.joined(separator: columns[index].type == "string" ? " " : ","))
        }
    }
}
