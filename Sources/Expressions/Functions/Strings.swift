extension Evaluator {
    /// The functions of texts, which count in Unicode scalars.
    mutating func string(
        _ function: Function, _ arguments: [CELValue], at node: NodeIndex
    ) throws(EvaluationError) -> CELValue? {
        guard case .string(let text) = arguments[0] else { return nil }
        try charge(units: text.utf8.count, at: node)
        switch function {
        case .lowerAscii: return .string(ascii(text, in: "A"..."Z", flipping: 0x20))
        case .upperAscii: return .string(ascii(text, in: "a"..."z", flipping: 0x20))
        case .trim: return .string(trim(text))
        case .quote:
            try checkString(bytes: text.utf8.count * 2 + 2, at: node)
            return .string(quote(text))
        case .format:
            guard case .list(let list) = arguments[1] else { return nil }
            return .string(try format(text, list, at: node))
        case .charAt, .substring:
            return try part(function, Array(text.unicodeScalars), arguments, at: node)
        case .indexOf, .lastIndexOf: return try find(function, text, arguments, at: node)
        case .split: return try split(text, arguments, at: node)
        case .replace: return try replace(text, arguments, at: node)
        default: return nil
        }
    }

    private func ascii(
        _ text: String, in range: ClosedRange<Unicode.Scalar>, flipping bit: UInt8
    ) -> String {
        let first = UInt8(ascii: range.lowerBound)
        let last = UInt8(ascii: range.upperBound)
        let bytes = text.utf8.map { $0 >= first && $0 <= last ? $0 ^ bit : $0 }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func trim(_ text: String) -> String {
        let scalars = text.unicodeScalars
        let start = scalars.firstIndex { !$0.properties.isWhitespace } ?? scalars.endIndex
        let end = scalars.lastIndex { !$0.properties.isWhitespace }
        guard let end else { return "" }
        return String(scalars[start...end])
    }

    private func quote(_ text: String) -> String {
        var quoted = String.UnicodeScalarView()
        quoted.append("\"")
        for scalar in text.unicodeScalars {
            let escape: Unicode.Scalar? =
                switch scalar.value {
                case 0x07: "a"
                case 0x08: "b"
                case 0x0C: "f"
                case 0x0A: "n"
                case 0x0D: "r"
                case 0x09: "t"
                case 0x0B: "v"
                case 0x22, 0x5C: scalar
                default: nil
                }
            if escape != nil { quoted.append("\\") }
            quoted.append(escape ?? scalar)
        }
        quoted.append("\"")
        return String(quoted)
    }

    private func outOfRange(_ index: Int64, at node: NodeIndex) -> EvaluationError {
        error(.indexOutOfRange, "index out of range: \(index)", at: node)
    }

    private func part(
        _ function: Function, _ scalars: [Unicode.Scalar], _ arguments: [CELValue],
        at node: NodeIndex
    ) throws(EvaluationError) -> CELValue? {
        guard case .int(let start) = arguments[1] else { return nil }
        guard start >= 0, start <= scalars.count else { throw outOfRange(start, at: node) }
        var end = Int64(scalars.count)
        if function == .charAt {
            end = min(start + 1, end)
        } else if arguments.count > 2 {
            guard case .int(let given) = arguments[2] else { return nil }
            guard given >= 0, given <= end else { throw outOfRange(given, at: node) }
            guard start <= given else {
                throw error(
                    .indexOutOfRange, "invalid substring range. start: \(start), end: \(given)",
                    at: node)
            }
            end = given
        }
        return .string(text(scalars[Int(start)..<Int(end)]))
    }

    private func text(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        String(String.UnicodeScalarView(scalars))
    }

    private func find(
        _ function: Function, _ text: String, _ arguments: [CELValue], at node: NodeIndex
    ) throws(EvaluationError) -> CELValue? {
        guard case .string(let part) = arguments[1] else { return nil }
        let scalars = Array(text.unicodeScalars)
        let wanted = Array(part.unicodeScalars)
        var offset = function == .indexOf ? 0 : scalars.count
        if arguments.count > 2 {
            guard case .int(let given) = arguments[2] else { return nil }
            guard given >= 0, given <= scalars.count else { throw outOfRange(given, at: node) }
            offset = Int(given)
        }
        if function == .indexOf {
            return .int(Int64(Search.first(wanted, in: scalars, from: offset) ?? -1))
        }
        // The last place at or before the offset is the first one read backwards.
        let start = max(0, scalars.count - wanted.count - offset)
        guard
            let place = Search.first(
                wanted.reversed(), in: Array(scalars.reversed()), from: start)
        else { return .int(-1) }
        return .int(Int64(scalars.count - place - wanted.count))
    }

    private mutating func split(
        _ text: String, _ arguments: [CELValue], at node: NodeIndex
    ) throws(EvaluationError) -> CELValue? {
        guard case .string(let separator) = arguments[1] else { return nil }
        var limit = Int.max
        if arguments.count > 2 {
            guard case .int(let given) = arguments[2] else { return nil }
            if given >= 0 { limit = Int(given) }
        }
        guard limit > 0 else { return .list(CELList([])) }
        let bytes = Array(text.utf8)
        var parts: [CELValue] = []
        if separator.isEmpty {
            let scalars = Array(text.unicodeScalars)
            try checkList(count: scalars.count, at: node)
            for scalar in scalars.prefix(limit - 1) { parts.append(.string(String(scalar))) }
            if scalars.count > parts.count {
                parts.append(.string(self.text(scalars[parts.count...])))
            }
            return .list(CELList(parts))
        }
        var start = 0
        let places = Search.all(Array(separator.utf8), in: bytes, limit: limit - 1)
        try checkList(count: places.count + 1, at: node)
        for place in places {
            parts.append(.string(String(decoding: bytes[start..<place], as: UTF8.self)))
            start = place + separator.utf8.count
        }
        parts.append(.string(String(decoding: bytes[start...], as: UTF8.self)))
        return .list(CELList(parts))
    }

    private mutating func replace(
        _ text: String, _ arguments: [CELValue], at node: NodeIndex
    ) throws(EvaluationError) -> CELValue? {
        guard case .string(let old) = arguments[1], case .string(let new) = arguments[2] else {
            return nil
        }
        var limit = Int.max
        if arguments.count > 3 {
            guard case .int(let given) = arguments[3] else { return nil }
            if given >= 0 { limit = Int(given) }
        }
        let scalars = Array(text.unicodeScalars)
        let wanted = Array(old.unicodeScalars)
        let places = Search.all(wanted, in: scalars, limit: limit)
        let (added, overflow) = places.count.multipliedReportingOverflow(by: new.utf8.count)
        try checkString(bytes: overflow ? .max : text.utf8.count + added, at: node)
        var result = String.UnicodeScalarView()
        var start = 0
        for place in places {
            result.append(contentsOf: scalars[start..<place])
            result.append(contentsOf: new.unicodeScalars)
            start = place + wanted.count
        }
        result.append(contentsOf: scalars[start...])
        return .string(String(result))
    }
}
