internal import Values

extension Evaluator {
    /// The type conversions; nil where there is none from such a type.
    mutating func convert(
        _ function: Function, _ value: CELValue, at node: NodeIndex
    ) throws(EvaluationError) -> CELValue? {
        switch function {
        case .dyn: return value
        case .type: return .type(value.type)
        case .int: return try toInt(value, at: node)
        case .uint: return try toUInt(value, at: node)
        case .double: return try toDouble(value, at: node)
        case .bool: return try toBool(value, at: node)
        case .string: return try toString(value, at: node)
        case .bytes: return try toBytes(value, at: node)
        case .timestamp: return try toTimestamp(value, at: node)
        case .duration: return try toDuration(value, at: node)
        default: return nil
        }
    }

    private func range(_ value: CELValue, _ type: String, at node: NodeIndex) -> EvaluationError {
        error(.overflow, "\(ValueText.short(value)) is out of the range of \(type)", at: node)
    }

    private func malformed(_ value: CELValue, _ what: String, at node: NodeIndex) -> EvaluationError
    {
        error(.invalidArgument, "'\(ValueText.short(value))' is no \(what)", at: node)
    }

    private func toInt(
        _ value: CELValue, at node: NodeIndex
    ) throws(EvaluationError) -> CELValue? {
        switch value {
        case .int: return value
        case .uint(let number):
            guard let int = Int64(exactly: number) else { throw range(value, "int", at: node) }
            return .int(int)
        case .double(let number):
            // The least integer is excluded: a double so large may stand for numbers beyond it.
            guard number > -0x1p63, number < 0x1p63 else { throw range(value, "int", at: node) }
            return .int(Int64(number))
        case .string(let text):
            guard let int = Int64(text) else { throw malformed(value, "integer", at: node) }
            return .int(int)
        case .timestamp(let moment): return .int(moment.seconds)
        default: return nil
        }
    }

    private func toUInt(
        _ value: CELValue, at node: NodeIndex
    ) throws(EvaluationError) -> CELValue? {
        switch value {
        case .uint: return value
        case .int(let number):
            guard let uint = UInt64(exactly: number) else { throw range(value, "uint", at: node) }
            return .uint(uint)
        case .double(let number):
            guard number >= 0, number < 0x1p64 else { throw range(value, "uint", at: node) }
            return .uint(UInt64(number))
        case .string(let text):
            guard let uint = UInt64(text) else {
                throw malformed(value, "unsigned integer", at: node)
            }
            return .uint(uint)
        default: return nil
        }
    }

    private func toDouble(
        _ value: CELValue, at node: NodeIndex
    ) throws(EvaluationError) -> CELValue? {
        switch value {
        case .double: return value
        case .int(let number): return .double(Double(number))
        case .uint(let number): return .double(Double(number))
        case .string(let text):
            guard let number = Double(text) else { throw malformed(value, "number", at: node) }
            return .double(number)
        default: return nil
        }
    }

    private func toBool(
        _ value: CELValue, at node: NodeIndex
    ) throws(EvaluationError) -> CELValue? {
        switch value {
        case .bool: return value
        case .string("1"), .string("t"), .string("T"), .string("true"), .string("True"),
            .string("TRUE"):
            return .bool(true)
        case .string("0"), .string("f"), .string("F"), .string("false"), .string("False"),
            .string("FALSE"):
            return .bool(false)
        case .string: throw malformed(value, "boolean", at: node)
        default: return nil
        }
    }

    private mutating func toString(
        _ value: CELValue, at node: NodeIndex
    ) throws(EvaluationError) -> CELValue? {
        switch value {
        case .string: return value
        case .bool(let flag): return .string(flag ? "true" : "false")
        case .int(let number): return .string(String(number))
        case .uint(let number): return .string(String(number))
        case .double(let number): return .string(DoubleText.text(number))
        case .bytes(let bytes):
            try charge(units: bytes.count, at: node)
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw error(.invalidArgument, "the bytes are no valid UTF-8", at: node)
            }
            return .string(text)
        case .timestamp(let moment): return .string(moment.text)
        case .duration(let nanoseconds): return .string(DurationText.text(nanoseconds))
        case .type(let type): return .string(type.name)
        default: return nil
        }
    }

    private mutating func toBytes(
        _ value: CELValue, at node: NodeIndex
    ) throws(EvaluationError) -> CELValue? {
        switch value {
        case .bytes: return value
        case .string(let text):
            try charge(units: text.utf8.count, at: node)
            return .bytes(Array(text.utf8))
        default: return nil
        }
    }

    private func toTimestamp(
        _ value: CELValue, at node: NodeIndex
    ) throws(EvaluationError) -> CELValue? {
        switch value {
        case .timestamp: return value
        case .int(let seconds):
            guard let moment = CELTimestamp(seconds: seconds) else {
                throw range(value, "timestamp", at: node)
            }
            return .timestamp(moment)
        case .string(let text):
            guard let moment = CELTimestamp(text) else {
                throw malformed(
                    value, "moment of years 1 to 9999 such as 2026-01-31T08:00:00Z", at: node)
            }
            return .timestamp(moment)
        default: return nil
        }
    }

    private func toDuration(
        _ value: CELValue, at node: NodeIndex
    ) throws(EvaluationError) -> CELValue? {
        switch value {
        case .duration: return value
        case .string(let text):
            guard let nanoseconds = DurationText.nanoseconds(text) else {
                throw malformed(value, "duration within 292 years such as 1h30m", at: node)
            }
            return .duration(nanoseconds: nanoseconds)
        default: return nil
        }
    }
}
