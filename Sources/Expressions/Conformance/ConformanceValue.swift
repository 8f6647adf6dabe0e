public import Values

/// Values with their types as JSON: `{"t": type, "v": value}`.
///
/// Integers are texts in decimal, doubles texts, bytes base64, durations and timestamps texts of
/// nanoseconds, lists arrays, and maps arrays of pairs of key and value.
public enum ConformanceValue {
    /// Reads a value; nil where the JSON is none or is nested deeper than `Limits.typeDepth`.
    public static func decode(_ json: JSON) -> CELValue? { decode(json, depth: 0) }

    private static func decode(_ json: JSON, depth: Int) -> CELValue? {
        guard depth < Limits.typeDepth, let type = json["t"]?.stringValue, let value = json["v"]
        else { return nil }
        switch type {
        case "list":
            guard let elements = value.arrayValue else { return nil }
            var values: [CELValue] = []
            for element in elements {
                guard let value = decode(element, depth: depth + 1) else { return nil }
                values.append(value)
            }
            return .list(CELList(values))
        case "map":
            var entries: [(CELValue, CELValue)] = []
            for pair in value.arrayValue ?? [] {
                guard let key = pair[0].flatMap({ decode($0, depth: depth + 1) }),
                    let value = pair[1].flatMap({ decode($0, depth: depth + 1) })
                else { return nil }
                entries.append((key, value))
            }
            return CELMap(entries).map(CELValue.map)
        case "null": return .null
        case "bool": return value.boolValue.map(CELValue.bool)
        default: return value.stringValue.flatMap { scalar(type, $0) }
        }
    }

    private static func scalar(_ type: String, _ text: String) -> CELValue? {
        switch type {
        case "int": Int64(text).map(CELValue.int)
        case "uint": UInt64(text).map(CELValue.uint)
        case "double": Double(text).map(CELValue.double)
        case "string": .string(text)
        case "bytes": Base64.decode(text).map(CELValue.bytes)
        case "type": CELType.named[text].map(CELValue.type)
        case "duration": Int64(text).map(CELValue.duration(nanoseconds:))
        case "timestamp":
            Int128(text).flatMap { nanoseconds in
                let (seconds, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
                return Int64(exactly: rest < 0 ? seconds - 1 : seconds).flatMap {
                    CELTimestamp(
                        seconds: $0, nanoseconds: Int32(rest < 0 ? rest + 1_000_000_000 : rest))
                }
            }.map(CELValue.timestamp)
        default: nil
        }
    }

    /// Writes a value; parts deeper than `Limits.typeDepth` are left out.
    public static func encode(_ value: CELValue) -> JSON { encode(value, depth: 0) }

    private static func encode(_ value: CELValue, depth: Int) -> JSON {
        func typed(_ type: String, _ value: JSON) -> JSON { ["t": .string(type), "v": value] }
        guard depth < Limits.typeDepth else { return typed("deep", .null) }
        switch value {
        case .null: return typed("null", .null)
        case .bool(let flag): return typed("bool", .bool(flag))
        case .int(let number): return typed("int", .string(String(number)))
        case .uint(let number): return typed("uint", .string(String(number)))
        case .double(let number): return typed("double", .string(DoubleText.text(number)))
        case .string(let text): return typed("string", .string(text))
        case .bytes(let bytes): return typed("bytes", .string(Base64.encode(bytes)))
        case .type(let type): return typed("type", .string(type.name))
        case .duration(let nanoseconds): return typed("duration", .string(String(nanoseconds)))
        case .timestamp(let moment):
            let nanoseconds = Int128(moment.seconds) * 1_000_000_000 + Int128(moment.nanoseconds)
            return typed("timestamp", .string(String(nanoseconds)))
        case .optional(let inner):
            return typed("optional", inner.map { encode($0, depth: depth + 1) } ?? .null)
        case .list(let list):
            return typed("list", .array(list.values.map { encode($0, depth: depth + 1) }))
        case .map(let map):
            return typed(
                "map",
                .array(
                    map.entries.map {
                        [encode($0.key, depth: depth + 1), encode($0.value, depth: depth + 1)]
                    }))
        }
    }

    /// Whether two values are equal and of one type, all the way down.
    public static func areSame(_ first: CELValue, _ second: CELValue) -> Bool {
        var pending = [(first, second)]
        while let (first, second) = pending.popLast() {
            switch (first, second) {
            case (.double(let first), .double(let second)):
                guard
                    first == second && first.sign == second.sign || first.isNaN && second.isNaN
                else { return false }
            case (.list(let first), .list(let second)):
                guard first.count == second.count else { return false }
                pending += zip(first.values, second.values)
            case (.map(let first), .map(let second)):
                guard first.count == second.count else { return false }
                for entry in first.entries {
                    guard let value = second[entry.key] else { return false }
                    pending.append((entry.value, value))
                }
            default: guard first.type == second.type, first == second else { return false }
            }
        }
        return true
    }
}
