internal import Values

/// A map: either made by an expression, in the order it was written, or a JSON object that is
/// converted member by member.
public struct CELMap: Sendable {
    private enum Storage: Sendable {
        case entries(Entries)
        case json(JSONObject)
    }

    private let storage: Storage

    init(_ entries: Entries) { storage = .entries(entries) }

    init(json: JSONObject) { storage = .json(json) }

    /// Makes a map; nil where two keys are equal or one is of a kind that cannot be a key.
    public init?(_ entries: [(CELValue, CELValue)]) {
        var builder = CELMapBuilder()
        for (key, value) in entries {
            guard let mapKey = CELMapKey(key), builder.insert(mapKey, key, value) else {
                return nil
            }
        }
        self = builder.map
    }

    /// The number of entries.
    public var count: Int {
        switch storage {
        case .entries(let entries): entries.keys.count
        case .json(let members): members.count
        }
    }

    /// The value of a key, or nil; numbers are one key whatever their type.
    public subscript(key: CELValue) -> CELValue? {
        switch storage {
        case .json(let members):
            guard case .string(let name) = key else { return nil }
            return members[name].map(CELValue.init)
        case .entries(let entries):
            guard let key = CELMapKey(lookup: key) else { return nil }
            return entries.value(of: key)
        }
    }

    /// The value of a key that is a string, or nil.
    public subscript(name: String) -> CELValue? {
        switch storage {
        case .json(let members): members[name].map(CELValue.init)
        case .entries(let entries): entries.value(of: .string(name))
        }
    }

    func key(at index: Int) -> CELValue {
        switch storage {
        case .entries(let entries): entries.keys[index]
        case .json(let members): .string(members[index].key)
        }
    }

    func value(at index: Int) -> CELValue {
        switch storage {
        case .entries(let entries): entries.values[index]
        case .json(let members): CELValue(members[index].value)
        }
    }

    /// The entries, in order.
    public var entries: [(key: CELValue, value: CELValue)] {
        (0..<count).map { (key(at: $0), value(at: $0)) }
    }

    /// The object this map still is, or nil.
    var json: JSONObject? {
        guard case .json(let members) = storage else { return nil }
        return members
    }

    /// The entries of a map that an expression made.
    final class Entries: Sendable {
        let keys: [CELValue]
        let values: [CELValue]
        private let index: [CELMapKey: Int]

        init(keys: [CELValue], values: [CELValue], index: [CELMapKey: Int]) {
            self.keys = keys
            self.values = values
            self.index = index
        }

        func value(of key: CELMapKey) -> CELValue? { index[key].map { values[$0] } }
    }
}

/// Gathers the entries of a map.
struct CELMapBuilder {
    private var keys: [CELValue] = []
    private var values: [CELValue] = []
    private var index: [CELMapKey: Int] = [:]

    /// Adds an entry; false where the key is there already.
    mutating func insert(_ mapKey: CELMapKey, _ key: CELValue, _ value: CELValue) -> Bool {
        guard index.updateValue(keys.count, forKey: mapKey) == nil else { return false }
        keys.append(key)
        values.append(value)
        return true
    }

    var count: Int { keys.count }

    var map: CELMap { CELMap(CELMap.Entries(keys: keys, values: values, index: index)) }
}

/// A key as maps compare it: integers of both types by value, strings by their bytes.
enum CELMapKey: Hashable, Sendable {
    case bool(Bool)
    case int(Int64)
    case uint(UInt64)
    case string(String)

    /// The key a value is in a literal; nil where it cannot be one.
    init?(_ value: CELValue) {
        switch value {
        case .bool(let value): self = .bool(value)
        case .int(let value): self = .int(value)
        case .uint(let value): self = Int64(exactly: value).map(CELMapKey.int) ?? .uint(value)
        case .string(let value): self = .string(value)
        default: return nil
        }
    }

    /// The key a value finds, which a double does when it is a whole number.
    init?(lookup value: CELValue) {
        guard case .double(let number) = value else {
            self.init(value)
            return
        }
        if let int = Int64(exactly: number) {
            self = .int(int)
        } else if let uint = UInt64(exactly: number) {
            self = .uint(uint)
        } else {
            return nil
        }
    }

    static func == (first: CELMapKey, second: CELMapKey) -> Bool {
        switch (first, second) {
        case (.bool(let first), .bool(let second)): first == second
        case (.int(let first), .int(let second)): first == second
        case (.uint(let first), .uint(let second)): first == second
        // Swift's own equality would take composed and decomposed accents for the same.
        case (.string(let first), .string(let second)): first.utf8.elementsEqual(second.utf8)
        default: false
        }
    }

    func hash(into hasher: inout Hasher) {
        switch self {
        case .bool(let value): hasher.combine(value)
        case .int(let value): hasher.combine(value)
        case .uint(let value): hasher.combine(value)
        case .string(let value):
            // Seven bytes at a time: each call of the hasher costs as much.
            var word: UInt64 = 1
            for byte in value.utf8 {
                word = word << 8 | UInt64(byte)
                guard word.leadingZeroBitCount < 8 else { continue }
                hasher.combine(word)
                word = 1
            }
            hasher.combine(word)
        }
    }
}
