internal import Values

/// Reads an object in Kubernetes' Protocol Buffers form into the JSON it stands for.
///
/// The body starts with `k8s` and a zero byte; then comes `runtime.Unknown`, which names the kind and
/// holds the message. Source: Kubernetes, "Alternate representations of resources".
struct ProtobufReader {
    static let mediaType = "application/vnd.kubernetes.protobuf"

    private enum Value {
        case number(UInt64)
        case bytes(ArraySlice<UInt8>)
    }

    /// Reads a body.
    static func read(_ body: [UInt8]) throws(APIFailure) -> JSON {
        guard body.starts(with: Array("k8s\0".utf8)) else {
            throw malformed("it does not start with the magic number")
        }
        var kind: (version: String, name: String) = ("", "")
        var raw: ArraySlice<UInt8> = []
        for (number, value) in try fields(body[4...]) {
            guard case .bytes(let bytes) = value else { continue }
            switch number {
            case 1:
                for (number, value) in try fields(bytes) {
                    guard case .bytes(let bytes) = value else { continue }
                    let text = String(decoding: bytes, as: UTF8.self)
                    if number == 1 { kind.version = text } else if number == 2 { kind.name = text }
                }
            case 2: raw = bytes
            default: continue
            }
        }
        guard ProtobufMessages.all[kind.name] != nil else {
            throw .unsupportedMediaType(BodyReader.objectTypes)
        }
        var object = try message(kind.name, raw, depth: 0)
        object["apiVersion"] = .string(kind.version)
        object["kind"] = .string(kind.name)
        return .object(object)
    }

    /// Reads one message.
    ///
    /// The messages of the table do not contain themselves, so their nesting bounds the recursion.
    private static func message(
        _ name: String, _ bytes: ArraySlice<UInt8>, depth: Int
    ) throws(APIFailure) -> JSONObject {
        guard depth < ControlPlaneLimits.objectDepth else { throw malformed("it nests too deep") }
        var object: JSONObject = [:]
        let known = ProtobufMessages.all[name] ?? [:]
        for (number, value) in try fields(bytes) {
            guard let (name, field) = known[number] else { continue }
            switch field {
            case .list(let element):
                guard let json = try json(value, element, depth: depth) else { continue }
                object.update(name) { $0 = .array(($0.arrayValue ?? []) + [json]) }
            case .map(let element):
                guard case .bytes(let entry) = value else { throw malformed("a map has no entry") }
                let (key, json) = try mapEntry(entry, element, depth: depth)
                object.update(name) { $0[key] = json }
            default:
                if let json = try json(value, field, depth: depth) { object[name] = json }
            }
        }
        // The form writes empty texts where JSON leaves the member out.
        return JSONObject(
            object.filter { $0.value != "" && $0.value != [:] }.map { ($0.key, $0.value) })
    }

    private static func json(
        _ value: Value, _ field: ProtobufMessages.Field, depth: Int
    ) throws(APIFailure) -> JSON? {
        switch (field, value) {
        case (.string, .bytes(let bytes)): return .string(String(decoding: bytes, as: UTF8.self))
        case (.bytes, .bytes(let bytes)): return .string(Base64.encode(Array(bytes)))
        case (.bool, .number(let number)): return .bool(number != 0)
        case (.integer, .number(let number)): return .integer(Int64(bitPattern: number))
        case (.time, .bytes(let bytes)): return try time(bytes).map { .string($0.secondsText) }
        case (.microTime, .bytes(let bytes)):
            return try time(bytes).map { .string($0.microsecondsText) }
        case (.json, .bytes(let bytes)):
            for (number, value) in try fields(bytes) {
                if number == 1, case .bytes(let text) = value {
                    return try BodyReader.json(Array(text))
                }
            }
            return nil
        case (.message(let name), .bytes(let bytes)):
            return .object(try message(name, bytes, depth: depth + 1))
        default: throw malformed("a field has the wrong wire type")
        }
    }

    private static func mapEntry(
        _ entry: ArraySlice<UInt8>, _ element: ProtobufMessages.Field, depth: Int
    ) throws(APIFailure) -> (String, JSON) {
        var key = ""
        var json: JSON = ""
        for (number, value) in try fields(entry) {
            if number == 1, case .bytes(let bytes) = value {
                key = String(decoding: bytes, as: UTF8.self)
            } else if number == 2 {
                json = try self.json(value, element, depth: depth) ?? ""
            }
        }
        return (key, json)
    }

    /// A moment; nil for the zero time, which stands for none.
    private static func time(_ bytes: ArraySlice<UInt8>) throws(APIFailure) -> Timestamp? {
        var (seconds, nanoseconds): (Int64, Int64) = (0, 0)
        for (number, value) in try fields(bytes) {
            guard case .number(let value) = value else { continue }
            if number == 1 {
                seconds = Int64(bitPattern: value)
            } else {
                nanoseconds = Int64(bitPattern: value)
            }
        }
        if bytes.isEmpty || seconds < 0 { return nil }
        return Timestamp(seconds: seconds) + .nanoseconds(nanoseconds)
    }

    /// Splits a message into its fields.
    private static func fields(
        _ bytes: ArraySlice<UInt8>
    ) throws(APIFailure) -> [(UInt64, Value)] {
        var fields: [(UInt64, Value)] = []
        var rest = bytes
        while !rest.isEmpty {
            let tag = try varint(&rest)
            switch tag & 7 {
            case 0: fields.append((tag >> 3, .number(try varint(&rest))))
            case 2:
                let count = try varint(&rest)
                guard count <= UInt64(rest.count) else { throw malformed("a field is cut short") }
                fields.append((tag >> 3, .bytes(rest.prefix(Int(count)))))
                rest = rest.dropFirst(Int(count))
            case 1, 5:
                let width = tag & 7 == 1 ? 8 : 4
                guard rest.count >= width else { throw malformed("a field is cut short") }
                rest = rest.dropFirst(width)
            default: throw malformed("a field has an unknown wire type")
            }
        }
        return fields
    }

    private static func varint(_ rest: inout ArraySlice<UInt8>) throws(APIFailure) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while let byte = rest.popFirst() {
            guard shift < 64 else { throw malformed("a number is too long") }
            value |= UInt64(byte & 0x7F) << shift
            if byte & 0x80 == 0 { return value }
            shift += 7
        }
        throw malformed("a number is cut short")
    }

    private static func malformed(_ detail: String) -> APIFailure {
        .badRequest("the Protocol Buffers body cannot be read: \(detail)")
    }
}
