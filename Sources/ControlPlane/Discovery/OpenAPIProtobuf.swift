internal import Values

/// An OpenAPI v2 document as the Protocol Buffers message that older kubectl asks for.
///
/// The numbers are those of gnostic's `openapiv2.Document`. What schemas nest is bounded by
/// `SchemaLimits.maximumDepth`, which bounds the recursion.
enum OpenAPIProtobuf {
    static func document(_ json: JSON) -> [UInt8] {
        var document = ProtobufWriter()
        document.string(1, json["swagger"]?.stringValue)
        var info = ProtobufWriter()
        info.string(1, json["info"]?["title"]?.stringValue)
        info.string(2, json["info"]?["version"]?.stringValue)
        document.message(2, info)
        var paths = ProtobufWriter()
        for (name, path) in json["paths"]?.objectValue ?? [:] {
            paths.message(2, named(name, pathItem(path)))
        }
        document.message(8, paths)
        var definitions = ProtobufWriter()
        for (name, definition) in json["definitions"]?.objectValue ?? [:] {
            definitions.message(1, named(name, schema(definition)))
        }
        document.message(9, definitions)
        return document.bytes
    }

    private static func named(_ name: String, _ value: ProtobufWriter) -> ProtobufWriter {
        var named = ProtobufWriter()
        named.string(1, name)
        named.message(2, value)
        return named
    }

    /// A value of any kind, which the message carries as YAML; JSON is YAML.
    private static func any(_ json: JSON) -> ProtobufWriter {
        var any = ProtobufWriter()
        any.string(2, json.text)
        return any
    }

    private static func extensions(
        of json: JSON, _ field: Int, into message: inout ProtobufWriter
    ) {
        for (name, value) in json.objectValue ?? [:] where name.hasPrefix("x-") {
            message.message(field, named(name, any(value)))
        }
    }

    private static func pathItem(_ json: JSON) -> ProtobufWriter {
        var item = ProtobufWriter()
        for (method, field) in [("get", 2), ("put", 3), ("post", 4), ("delete", 5), ("patch", 8)] {
            if let json = json[method] { item.message(field, operation(json)) }
        }
        for parameter in json["parameters"]?.arrayValue ?? [] {
            item.message(9, parameterItem(parameter))
        }
        return item
    }

    private static func operation(_ json: JSON) -> ProtobufWriter {
        var operation = ProtobufWriter()
        operation.string(3, json["description"]?.stringValue)
        operation.string(5, json["operationId"]?.stringValue)
        for (member, field) in [("produces", 6), ("consumes", 7)] {
            for type in json[member]?.arrayValue ?? [] { operation.string(field, type.stringValue) }
        }
        for parameter in json["parameters"]?.arrayValue ?? [] {
            operation.message(8, parameterItem(parameter))
        }
        var responses = ProtobufWriter()
        for (code, response) in json["responses"]?.objectValue ?? [:] {
            var body = ProtobufWriter()
            body.string(1, response["description"]?.stringValue)
            if let json = response["schema"] {
                var item = ProtobufWriter()
                item.message(1, schema(json))
                body.message(2, item)
            }
            var value = ProtobufWriter()
            value.message(1, body)
            responses.message(1, named(code, value))
        }
        operation.message(9, responses)
        extensions(of: json, 13, into: &operation)
        return operation
    }

    private static func parameterItem(_ json: JSON) -> ProtobufWriter {
        var parameter = ProtobufWriter()
        let place = json["in"]?.stringValue ?? ""
        if place == "body" {
            var body = ProtobufWriter()
            body.string(1, json["description"]?.stringValue)
            body.string(2, json["name"]?.stringValue)
            body.string(3, place)
            body.bool(4, json["required"]?.boolValue)
            body.message(5, schema(json["schema"] ?? [:]))
            parameter.message(1, body)
        } else {
            var plain = ProtobufWriter()
            let isPath = place == "path"
            plain.bool(1, json["required"]?.boolValue)
            plain.string(2, place)
            plain.string(3, json["description"]?.stringValue)
            plain.string(4, json["name"]?.stringValue)
            plain.string(isPath ? 5 : 6, json["type"]?.stringValue)
            var nonBody = ProtobufWriter()
            nonBody.message(isPath ? 4 : 3, plain)
            parameter.message(2, nonBody)
        }
        var item = ProtobufWriter()
        item.message(1, parameter)
        return item
    }

    private static func schema(_ json: JSON) -> ProtobufWriter {
        var schema = ProtobufWriter()
        schema.string(1, json["$ref"]?.stringValue)
        schema.string(2, json["format"]?.stringValue)
        schema.string(3, json["title"]?.stringValue)
        schema.string(4, json["description"]?.stringValue)
        if let value = json["default"] { schema.message(5, any(value)) }
        schema.double(6, json["multipleOf"]?.doubleValue)
        schema.double(7, json["maximum"]?.doubleValue)
        schema.bool(8, json["exclusiveMaximum"]?.boolValue)
        schema.double(9, json["minimum"]?.doubleValue)
        schema.bool(10, json["exclusiveMinimum"]?.boolValue)
        schema.integer(11, json["maxLength"]?.integerValue)
        schema.integer(12, json["minLength"]?.integerValue)
        schema.string(13, json["pattern"]?.stringValue)
        schema.integer(14, json["maxItems"]?.integerValue)
        schema.integer(15, json["minItems"]?.integerValue)
        schema.bool(16, json["uniqueItems"]?.boolValue)
        for name in json["required"]?.arrayValue ?? [] { schema.string(19, name.stringValue) }
        for value in json["enum"]?.arrayValue ?? [] { schema.message(20, any(value)) }
        if let additional = json["additionalProperties"] {
            var item = ProtobufWriter()
            if additional.objectValue != nil {
                item.message(1, self.schema(additional))
            } else {
                item.bool(2, additional.boolValue)
            }
            schema.message(21, item)
        }
        if let type = json["type"]?.stringValue {
            var item = ProtobufWriter()
            item.string(1, type)
            schema.message(22, item)
        }
        if let items = json["items"] {
            var item = ProtobufWriter()
            item.message(1, self.schema(items))
            schema.message(23, item)
        }
        for part in json["allOf"]?.arrayValue ?? [] { schema.message(24, self.schema(part)) }
        if let properties = json["properties"]?.objectValue {
            var item = ProtobufWriter()
            for (name, property) in properties {
                item.message(1, named(name, self.schema(property)))
            }
            schema.message(25, item)
        }
        extensions(of: json, 31, into: &schema)
        return schema
    }
}
