import Expressions
import TestSupport
import Testing
import Values

/// The cases of the public conformance suite of the language.
@Suite struct ConformanceTests {
    /// The values of cases that the fixture has wrong.
    ///
    /// The suite writes this one's value as ` \? " ' \` ` in protobuf's text format, where `\?` is a
    /// question mark; the fixture kept the backslash.
    private static let corrections: [String: CELValue] = [
        "bytes_literals/triple_single_quoted_unescaped_punctuation":
            .bytes(Array(" ? \" ' ` ".utf8))
    ]

    @Test func `every case of the conformance suite gives its value or its error`() throws {
        let text = try Checkout.text("Tests/ExpressionsTests/Fixtures/cel.jsonl")
        let lines = text.split(separator: "\n").map(String.init)
        var failures: [String] = []
        for line in lines {
            let testCase = try JSON(parsing: line)
            if let failure = try run(testCase) { failures.append(failure) }
        }
        #expect(lines.count == 789)
        #expect(failures.count == 0, "\(failures.joined(separator: "\n"))")
    }

    /// Runs a case; what went wrong, or nil.
    private func run(_ testCase: JSON) throws -> String? {
        let source = testCase["expr"]?.stringValue ?? ""
        var bindings: [String: CELValue] = [:]
        for (name, value) in testCase["bindings"]?.objectValue ?? [:] {
            let decoded: CELValue = try #require(ConformanceValue.decode(value))
            bindings[name] = decoded
        }
        let name = [testCase["section"], testCase["test"]].compactMap { $0?.stringValue }
            .joined(separator: "/")
        let expected =
            try ConformanceTests.corrections[name]
            ?? testCase["value"].map { try #require(ConformanceValue.decode($0)) }
        let place = "\(name): \(source)"
        do {
            let expression = try Expression(parsing: source, dialect: .specification)
            let value = try expression.value(Bindings(values: bindings))
            guard let expected else { return "\(place) gave \(value), not an error" }
            return ConformanceValue.areSame(value, expected)
                ? nil : "\(place) gave \(value), not \(expected)"
        } catch {
            return expected == nil ? nil : "\(place) failed: \(error)"
        }
    }
}

/// Values as the fixture writes them: `{"t": type, "v": value}`.
enum ConformanceValue {
    static func decode(_ json: JSON) -> CELValue? {
        guard let type = json["t"]?.stringValue, let value = json["v"] else { return nil }
        switch type {
        case "null": return .null
        case "bool": return value.boolValue.map(CELValue.bool)
        case "int": return value.stringValue.flatMap { Int64($0) }.map(CELValue.int)
        case "uint": return value.stringValue.flatMap { UInt64($0) }.map(CELValue.uint)
        case "double": return value.stringValue.flatMap { Double($0) }.map(CELValue.double)
        case "string": return value.stringValue.map(CELValue.string)
        case "bytes": return value.stringValue.flatMap(Base64.decode).map(CELValue.bytes)
        case "type":
            guard let name = value.stringValue,
                let expression = try? Expression(parsing: name, dialect: .specification)
            else { return nil }
            return try? expression.value(Bindings())
        case "duration":
            return value.stringValue.flatMap { Int64($0) }.map(CELValue.duration(nanoseconds:))
        case "timestamp":
            guard let nanoseconds = value.stringValue.flatMap({ Int128($0) }) else { return nil }
            let (seconds, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
            return CELTimestamp(
                seconds: Int64(rest < 0 ? seconds - 1 : seconds),
                nanoseconds: Int32(rest < 0 ? rest + 1_000_000_000 : rest)
            ).map(CELValue.timestamp)
        case "list":
            let elements = value.arrayValue?.compactMap(decode)
            return elements.map { .list(CELList($0)) }
        case "map":
            let entries = value.arrayValue?.compactMap { pair -> (CELValue, CELValue)? in
                guard let key = pair[0].flatMap(decode), let value = pair[1].flatMap(decode) else {
                    return nil
                }
                return (key, value)
            }
            return entries.flatMap { CELMap($0) }.map(CELValue.map)
        default: return nil
        }
    }

    /// Whether two values are equal and of one type, all the way down.
    static func areSame(_ first: CELValue, _ second: CELValue) -> Bool {
        switch (first, second) {
        case (.double(let first), .double(let second)):
            first == second && first.sign == second.sign || first.isNaN && second.isNaN
        case (.list(let first), .list(let second)):
            first.count == second.count && zip(first.values, second.values).allSatisfy(areSame)
        case (.map(let first), .map(let second)):
            first.count == second.count
                && first.entries.allSatisfy { entry in
                    second[entry.key].map { areSame(entry.value, $0) } ?? false
                }
        default: first.type == second.type && first == second
        }
    }
}
