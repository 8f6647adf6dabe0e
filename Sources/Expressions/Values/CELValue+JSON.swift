internal import Values

/// Turns the result of an expression into JSON, counting its size.
///
/// What is still JSON is taken as it is, uncounted where it is the whole result: it is part of what
/// was bound. Recursion goes as deep as the literals and macros that made the value, which the height
/// of the tree bounds.
struct JSONConversion {
    private var bytes = 0
    private let offset: Int

    static func json(of value: CELValue, at offset: Int) throws(EvaluationError) -> JSON {
        switch value {
        case .list(let list):
            if let elements = list.json { return .array(elements) }
        case .map(let map):
            if let members = map.json { return .object(members) }
        default: break
        }
        var conversion = JSONConversion(offset: offset)
        return try conversion.convert(value)
    }

    private init(offset: Int) { self.offset = offset }

    private mutating func charge(_ count: Int) throws(EvaluationError) {
        bytes += count
        guard bytes <= Limits.outputBytes else {
            throw EvaluationError(
                .tooLarge, "the result is over \(Limits.outputBytes) bytes", at: offset)
        }
    }

    private mutating func convert(_ value: CELValue) throws(EvaluationError) -> JSON {
        switch value {
        case .null:
            try charge(4)
            return .null
        case .bool(let flag):
            try charge(5)
            return .bool(flag)
        case .int(let number):
            try charge(8)
            return .integer(number)
        case .uint(let number):
            try charge(8)
            guard let integer = Int64(exactly: number) else {
                throw unrepresentable("the unsigned integer \(number)")
            }
            return .integer(integer)
        case .double(let number):
            try charge(8)
            guard number.isFinite else { throw unrepresentable(DoubleText.text(number)) }
            return .double(number)
        case .string(let text):
            try charge(text.utf8.count + 2)
            return .string(text)
        case .bytes(let bytes):
            try charge(bytes.count / 3 * 4 + 6)
            return .string(Base64.encode(bytes))
        case .timestamp(let moment): return .string(moment.text)
        case .duration(let nanoseconds): return .string(DurationText.text(nanoseconds))
        case .type(let type): return .string(type.name)
        case .optional(nil): return .null
        case .optional(let inner?): return try convert(inner)
        case .list(let list): return try convert(list)
        case .map(let map): return try convert(map)
        }
    }

    private func unrepresentable(_ what: String) -> EvaluationError {
        EvaluationError(
            .notRepresentable, "\(what) has no form in JSON; convert it with string()", at: offset)
    }

    private mutating func convert(_ list: CELList) throws(EvaluationError) -> JSON {
        if let elements = list.json {
            let json = JSON.array(elements)
            try count(json)
            return json
        }
        try charge(2 + list.count)
        var elements: [JSON] = []
        elements.reserveCapacity(list.count)
        for index in 0..<list.count { elements.append(try convert(list[index])) }
        return .array(elements)
    }

    private mutating func convert(_ map: CELMap) throws(EvaluationError) -> JSON {
        if let members = map.json {
            let json = JSON.object(members)
            try count(json)
            return json
        }
        try charge(2 + map.count)
        var members: [(String, JSON)] = []
        members.reserveCapacity(map.count)
        for index in 0..<map.count {
            let name = key(map.key(at: index))
            try charge(name.utf8.count + 3)
            members.append((name, try convert(map.value(at: index))))
        }
        return .object(
            JSONObject(members.sorted { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) }))
    }

    private func key(_ key: CELValue) -> String {
        switch key {
        case .string(let text): text
        case .int(let number): String(number)
        case .uint(let number): String(number)
        case .bool(let flag): flag ? "true" : "false"
        default: ""
        }
    }

    /// Counts a part that is JSON: parts shared many times make a text larger than memory.
    private mutating func count(_ json: JSON) throws(EvaluationError) {
        var pending = [json]
        while let value = pending.popLast() {
            switch value {
            case .string(let text): try charge(text.utf8.count + 2)
            case .array(let elements):
                try charge(2 + elements.count)
                pending.append(contentsOf: elements)
            case .object(let members):
                for member in members {
                    try charge(member.key.utf8.count + 4)
                    pending.append(member.value)
                }
                try charge(2)
            default: try charge(8)
            }
        }
    }
}
