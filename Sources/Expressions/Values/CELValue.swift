public import Values

/// A value of the expression language.
public enum CELValue: Sendable {
    /// No value.
    case null
    /// A truth value.
    case bool(Bool)
    /// A signed integer of 64 bits.
    case int(Int64)
    /// An unsigned integer of 64 bits.
    case uint(UInt64)
    /// A floating-point number of 64 bits.
    case double(Double)
    /// A text, whose length is counted in Unicode scalars.
    case string(String)
    /// A string of bytes.
    case bytes([UInt8])
    /// A list of values of any kinds.
    case list(CELList)
    /// A map from booleans, integers and strings to values of any kinds.
    case map(CELMap)
    /// A moment, in years 1 to 9999.
    case timestamp(CELTimestamp)
    /// A span of time within 292 years, in nanoseconds.
    case duration(nanoseconds: Int64)
    /// The type of a value, itself a value.
    case type(CELType)
    /// A value that may be absent.
    indirect case optional(CELValue?)

    /// Makes the value a JSON value stands for, at no cost: what it holds is converted when looked at.
    public init(_ json: JSON) {
        switch json {
        case .null: self = .null
        case .bool(let value): self = .bool(value)
        case .integer(let value): self = .int(value)
        case .double(let value): self = .double(value)
        case .string(let value): self = .string(value)
        case .array(let elements): self = .list(CELList(json: elements))
        case .object(let members): self = .map(CELMap(json: members))
        }
    }

    /// The type of the value.
    public var type: CELType {
        switch self {
        case .null: .null
        case .bool: .bool
        case .int: .int
        case .uint: .uint
        case .double: .double
        case .string: .string
        case .bytes: .bytes
        case .list: .list
        case .map: .map
        case .timestamp: .timestamp
        case .duration: .duration
        case .type: .type
        case .optional: .optional
        }
    }
}

/// The type of a value of the expression language, known by its name.
public struct CELType: Sendable, Hashable {
    /// The name, as `type(1) == int` writes it.
    public let name: String

    static let null = CELType(name: "null_type")
    static let bool = CELType(name: "bool")
    static let int = CELType(name: "int")
    static let uint = CELType(name: "uint")
    static let double = CELType(name: "double")
    static let string = CELType(name: "string")
    static let bytes = CELType(name: "bytes")
    static let list = CELType(name: "list")
    static let map = CELType(name: "map")
    static let timestamp = CELType(name: "google.protobuf.Timestamp")
    static let duration = CELType(name: "google.protobuf.Duration")
    static let type = CELType(name: "type")
    static let optional = CELType(name: "optional_type")

    /// The types an expression can name.
    static let named: [String: CELType] = Dictionary(
        uniqueKeysWithValues: [
            null, bool, int, uint, double, string, bytes, list, map, timestamp, duration, type,
            optional,
        ].map { ($0.name, $0) })

    /// What their names start with, up to the first dot.
    static let namesBegin = Set(named.keys.map { String($0.prefix { $0 != "." }) })
}
