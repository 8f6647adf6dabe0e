internal import Values
internal import Workflows

/// Reads the inputs of one type of task, with errors that say which input is wrong and how.
struct InputReader {
    private let inputs: JSONObject

    /// Starts reading.
    ///
    /// - Throws: where an input is not known to this type of task.
    init(_ inputs: JSONObject, known: [String]) throws(TaskError) {
        self.inputs = inputs
        for name in inputs.keys where !known.contains(name) {
            let hint = Spelling.nearest(to: name, among: known).map { "; did you mean \"\($0)\"?" }
            throw .invalid("unknown input \"\(name)\"\(hint ?? "")")
        }
    }

    /// The input of the first of these names that is there and not null.
    func value(_ names: String...) -> (name: String, value: JSON)? {
        for name in names {
            if let value = inputs[name], !value.isNull { return (name, value) }
        }
        return nil
    }

    func string(_ name: String) throws(TaskError) -> String? {
        guard let (name, value) = value(name) else { return nil }
        guard let text = value.stringValue else { throw wrong(name, "a string", value) }
        return text
    }

    func bool(_ name: String) throws(TaskError) -> Bool? {
        guard let (name, value) = value(name) else { return nil }
        guard let flag = value.boolValue else { throw wrong(name, "true or false", value) }
        return flag
    }

    func integer(_ name: String, in range: ClosedRange<Int64>) throws(TaskError) -> Int64? {
        guard let (name, value) = value(name) else { return nil }
        guard let number = value.integerValue, range.contains(number) else {
            throw wrong(name, "an integer from \(range.lowerBound) to \(range.upperBound)", value)
        }
        return number
    }

    func integers(_ name: String) throws(TaskError) -> [Int64]? {
        guard let (name, value) = value(name) else { return nil }
        guard let elements = value.arrayValue else { throw wrong(name, "a list", value) }
        var numbers: [Int64] = []
        for element in elements {
            guard let number = element.integerValue else {
                throw wrong(name, "a list of integers", element)
            }
            numbers.append(number)
        }
        return numbers
    }

    /// A list of strings, numbers and booleans, or a single one of them, as texts.
    func texts(_ name: String) throws(TaskError) -> [String]? {
        guard let (name, value) = value(name) else { return nil }
        var texts: [String] = []
        for element in value.arrayValue ?? [value] {
            guard let text = InputReader.text(of: element) else {
                throw wrong(name, "a list of strings", element)
            }
            texts.append(text)
        }
        return texts
    }

    /// An object whose values are strings, numbers or booleans, as texts; null members are left out.
    func map(_ names: String...) throws(TaskError) -> [(name: String, value: String)] {
        var pairs: [(name: String, value: String)] = []
        for name in names {
            guard let (name, value) = value(name) else { continue }
            guard let members = value.objectValue else { throw wrong(name, "an object", value) }
            for (key, member) in members where !member.isNull {
                guard let text = InputReader.text(of: member) else {
                    throw wrong("\(name).\(key)", "a string", member)
                }
                pairs.append((key, text))
            }
        }
        return pairs
    }

    /// A string as it is, a number or boolean as JSON writes it; nil for any other value.
    private static func text(of value: JSON) -> String? {
        switch value {
        case .string(let text): text
        case .integer, .double, .bool: value.text
        case .null, .array, .object: nil
        }
    }

    /// The error of an input of another kind; the value itself is left out, as it may be a secret.
    func wrong(_ name: String, _ expected: String, _ value: JSON) -> TaskError {
        .invalid("input \"\(name)\" must be \(expected), and is \(value.kindName)")
    }
}
