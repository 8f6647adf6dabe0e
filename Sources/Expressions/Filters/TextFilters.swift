internal import Values

extension Evaluator {
    /// The filters of texts, which count in Unicode scalars; numbers are taken by their texts.
    mutating func text(
        _ filter: Filter, _ value: CELValue, _ input: FilterInput
    ) throws(EvaluationError) -> CELValue {
        if case .bytes(let bytes) = value, filter == .base64Encode {
            try checkString(bytes: bytes.count / 3 * 4 + 4, at: input.node)
            return .string(Base64.encode(bytes))
        }
        switch value {
        case .list, .map, .null, .bytes, .optional: throw unfit(value, input)
        default: break
        }
        let text = try outputText(value, at: input.node)
        try charge(units: text.utf8.count * 2, at: input.node)
        switch filter {
        case .upper: return .string(text.uppercased())
        case .lower: return .string(text.lowercased())
        case .capitalize: return .string(TextCase.capitalized(text))
        case .title: return .string(TextCase.titled(text))
        case .trim:
            let characters = try string(0, of: input).map { Set($0.unicodeScalars) }
            return .string(trimmed(text, characters))
        case .wordcount: return .int(TextCase.wordCount(text))
        case .truncate: return .string(try truncated(text, input))
        case .indent: return .string(try indented(text, input))
        case .replace: return .string(try replaced(text, input))
        case .split: return try split(text, input)
        default: return try encoded(filter, text, input)
        }
    }

    private mutating func encoded(
        _ filter: Filter, _ text: String, _ input: FilterInput
    ) throws(EvaluationError) -> CELValue {
        switch filter {
        case .escape:
            try checkString(bytes: text.utf8.count * 5, at: input.node)
            return .string(TextEncoding.html(text))
        case .shell:
            let most = text.utf8.count * TextEncoding.shellGrowth + 2
            try checkString(bytes: most, at: input.node)
            guard TextEncoding.isFitForShell(text) else {
                throw error(
                    .invalidArgument, "a script cannot hold a text with a NUL", at: input.node)
            }
            return .string(TextEncoding.shellWord(text))
        case .base64Encode:
            try checkString(bytes: text.utf8.count / 3 * 4 + 4, at: input.node)
            return .string(Base64.encode(Array(text.utf8)))
        default:
            guard let bytes = Base64.decode(text),
                let decoded = String(validating: bytes, as: UTF8.self)
            else {
                throw error(.invalidArgument, "the text is no base64 of UTF-8", at: input.node)
            }
            return .string(decoded)
        }
    }

    private func trimmed(_ text: String, _ characters: Set<Unicode.Scalar>?) -> String {
        func stays(_ scalar: Unicode.Scalar) -> Bool {
            characters.map { !$0.contains(scalar) } ?? !scalar.properties.isWhitespace
        }
        let scalars = text.unicodeScalars
        guard let start = scalars.firstIndex(where: stays),
            let end = scalars.lastIndex(where: stays)
        else { return "" }
        return String(scalars[start...end])
    }

    /// Cuts a text at a word, unless no more than the leeway would be cut.
    private func truncated(
        _ text: String, _ input: FilterInput
    ) throws(EvaluationError) -> String {
        let end = try string(2, of: input) ?? "..."
        let length = try integer(0, of: input, or: 255)
        let leeway = try integer(3, of: input, or: 5)
        let scalars = Array(text.unicodeScalars)
        let endCount = end.unicodeScalars.count
        guard length >= endCount, leeway >= 0 else {
            throw error(
                .invalidArgument, "truncate to \(length) leaves no room for '\(end)'",
                at: input.node)
        }
        guard scalars.count - leeway > length else { return text }
        var kept = scalars[..<(length - endCount)]
        if try !flag(1, of: input), let space = kept.lastIndex(of: " ") { kept = kept[..<space] }
        return String(String.UnicodeScalarView(kept)) + end
    }

    private mutating func indented(
        _ text: String, _ input: FilterInput
    ) throws(EvaluationError) -> String {
        let indentation: String
        if case .string(let given)? = input.argument(0) {
            indentation = given
        } else {
            let width = try bounded(0, of: input, or: 4, within: 0...Limits.filterWidth)
            indentation = String(repeating: " ", count: width)
        }
        let indentsFirst = try flag(1, of: input)
        let indentsBlank = try flag(2, of: input)
        let lines = text.utf8.split(
            separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let (added, overflow) = lines.count.multipliedReportingOverflow(
            by: indentation.utf8.count)
        try checkString(bytes: overflow ? .max : text.utf8.count + added, at: input.node)
        var output: [UInt8] = []
        for (index, line) in lines.enumerated() {
            if index > 0 { output.append(UInt8(ascii: "\n")) }
            if index == 0 ? indentsFirst : indentsBlank || !line.isEmpty {
                output.append(contentsOf: indentation.utf8)
            }
            output.append(contentsOf: line)
        }
        return String(decoding: output, as: UTF8.self)
    }

    private mutating func replaced(
        _ text: String, _ input: FilterInput
    ) throws(EvaluationError) -> String {
        let old = Array((try string(0, of: input) ?? "").unicodeScalars)
        let new = try string(1, of: input) ?? ""
        let count = try integer(2, of: input, or: -1)
        let scalars = Array(text.unicodeScalars)
        let places = Search.all(old, in: scalars, limit: count < 0 ? .max : count)
        let (added, overflow) = places.count.multipliedReportingOverflow(by: new.utf8.count)
        try checkString(bytes: overflow ? .max : text.utf8.count + added, at: input.node)
        var result = String.UnicodeScalarView()
        var start = 0
        for place in places {
            result.append(contentsOf: scalars[start..<place])
            result.append(contentsOf: new.unicodeScalars)
            start = place + old.count
        }
        result.append(contentsOf: scalars[start...])
        return String(result)
    }

    /// Splits at a separator, or at runs of white space where none is given.
    private mutating func split(
        _ text: String, _ input: FilterInput
    ) throws(EvaluationError) -> CELValue {
        let limit = try integer(1, of: input, or: -1)
        let most = limit < 0 ? Int.max - 1 : limit
        var parts: [CELValue] = []
        if let separator = try string(0, of: input) {
            guard !separator.isEmpty else {
                throw error(.invalidArgument, "split() takes no empty separator", at: input.node)
            }
            let bytes = Array(text.utf8)
            var start = 0
            for place in Search.all(Array(separator.utf8), in: bytes, limit: most) {
                parts.append(.string(String(decoding: bytes[start..<place], as: UTF8.self)))
                start = place + separator.utf8.count
            }
            parts.append(.string(String(decoding: bytes[start...], as: UTF8.self)))
        } else {
            var rest = text.unicodeScalars[...].drop(while: \.properties.isWhitespace)
            while !rest.isEmpty {
                let isLast = parts.count == most
                let word =
                    isLast ? rest : rest.prefix { !$0.properties.isWhitespace }
                parts.append(.string(String(word)))
                rest = rest[word.endIndex...].drop(while: \.properties.isWhitespace)
            }
        }
        try checkList(count: parts.count, at: input.node)
        return .list(CELList(parts))
    }
}

/// The case of letters, by words.
enum TextCase {
    /// The first letter large, the others small.
    static func capitalized(_ text: String) -> String {
        let scalars = text.unicodeScalars
        guard let first = scalars.first else { return "" }
        return first.properties.titlecaseMapping + String(scalars.dropFirst()).lowercased()
    }

    /// Each word with its first letter large and the others small, as Jinja takes words: what stands
    /// behind white space, a hyphen or an opening bracket.
    static func titled(_ text: String) -> String {
        var result = ""
        var word = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if scalar.properties.isWhitespace || "-({[<".unicodeScalars.contains(scalar) {
                result += capitalizedWord(word)
                word = String.UnicodeScalarView()
                result.unicodeScalars.append(scalar)
            } else {
                word.append(scalar)
            }
        }
        return result + capitalizedWord(word)
    }

    private static func capitalizedWord(_ word: String.UnicodeScalarView) -> String {
        guard let first = word.first else { return "" }
        return first.properties.uppercaseMapping + String(word.dropFirst()).lowercased()
    }

    /// The number of runs of letters, digits and underscores.
    static func wordCount(_ text: String) -> Int64 {
        var count: Int64 = 0
        var isInside = false
        for scalar in text.unicodeScalars {
            let isLetter =
                scalar == "_" || scalar.properties.isAlphabetic
                || scalar.properties.numericType != nil
            if isLetter, !isInside { count += 1 }
            isInside = isLetter
        }
        return count
    }
}
