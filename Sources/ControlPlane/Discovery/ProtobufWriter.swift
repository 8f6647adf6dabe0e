/// Writes the wire format of Protocol Buffers: as much of it as an OpenAPI document needs.
///
/// Source: Protocol Buffers, "Encoding".
struct ProtobufWriter {
    private(set) var bytes: [UInt8] = []

    /// Writes a text; an empty one is the default and is left out.
    mutating func string(_ field: Int, _ value: String?) {
        guard let value, !value.isEmpty else { return }
        tag(field, wireType: 2)
        varint(UInt64(value.utf8.count))
        bytes.append(contentsOf: value.utf8)
    }

    /// Writes a boolean; false is the default and is left out.
    mutating func bool(_ field: Int, _ value: Bool?) {
        guard value == true else { return }
        tag(field, wireType: 0)
        bytes.append(1)
    }

    mutating func integer(_ field: Int, _ value: Int64?) {
        guard let value, value != 0 else { return }
        tag(field, wireType: 0)
        varint(UInt64(bitPattern: value))
    }

    mutating func double(_ field: Int, _ value: Double?) {
        guard let value, value != 0 else { return }
        tag(field, wireType: 1)
        var bits = value.bitPattern
        for _ in 0..<8 {
            bytes.append(UInt8(truncatingIfNeeded: bits))
            bits >>= 8
        }
    }

    /// Writes a message inside this one, empty or not.
    mutating func message(_ field: Int, _ value: ProtobufWriter) {
        tag(field, wireType: 2)
        varint(UInt64(value.bytes.count))
        bytes.append(contentsOf: value.bytes)
    }

    private mutating func tag(_ field: Int, wireType: UInt64) {
        varint(UInt64(field) << 3 | wireType)
    }

    private mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}
