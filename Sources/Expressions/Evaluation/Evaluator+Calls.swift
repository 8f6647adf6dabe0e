extension Evaluator {
    mutating func call(_ index: Int, at node: NodeIndex) throws(EvaluationError) -> CELValue {
        let call = tree.calls[index]
        guard let function = call.function else {
            throw error(
                .noSuchFunction, "there is no function \(tree.names[Int(call.name)])() for this",
                at: node)
        }
        if function == .or || function == .orValue {
            return try alternative(function, call.arguments, at: node)
        }
        var arguments: [CELValue] = []
        arguments.reserveCapacity(Int(call.arguments.count))
        for index in call.arguments.indices { arguments.append(try evaluate(tree.children[index])) }
        if function == .matches {
            return try matches(arguments, compiled: Int(call.pattern), at: node)
        }
        if let value = try apply(function, arguments, at: node) { return value }
        throw noOverload(tree.names[Int(call.name)], arguments, at: node)
    }

    /// Applies a function; nil where it does not take values of such types.
    private mutating func apply(
        _ function: Function, _ arguments: [CELValue], at node: NodeIndex
    ) throws(EvaluationError) -> CELValue? {
        switch function {
        case .size, .contains, .startsWith, .endsWith, .matches:
            try inspect(function, arguments, at: node)
        case .int, .uint, .double, .bool, .string, .bytes, .timestamp, .duration, .dyn, .type:
            try convert(function, arguments[0], at: node)
        case .getDate, .getDayOfMonth, .getDayOfWeek, .getDayOfYear, .getFullYear, .getHours,
            .getMilliseconds, .getMinutes, .getMonth, .getSeconds:
            try timeField(function, arguments, at: node)
        case .charAt, .indexOf, .lastIndexOf, .lowerAscii, .upperAscii, .replace, .split,
            .substring, .trim, .format, .quote:
            try string(function, arguments, at: node)
        case .greatest, .least: try extremum(function, arguments, at: node)
        case .ceil, .floor, .round, .trunc, .abs, .sign, .isNaN, .isInf, .isFinite, .sqrt:
            try number(function, arguments[0], at: node)
        case .bitAnd, .bitOr, .bitXor, .bitNot, .bitShiftLeft, .bitShiftRight:
            try bits(function, arguments, at: node)
        case .optionalOf, .optionalNone, .optionalOfNonZeroValue, .hasValue, .value, .or,
            .orValue, .optionalUnwrap:
            try optional(function, arguments, at: node)
        case .distinct, .flatten, .slice, .sort, .range, .first, .last, .join, .reverse:
            try list(function, arguments, at: node)
        case .setsContains, .setsEquivalent, .setsIntersects:
            try set(function, arguments, at: node)
        case .base64Encode, .base64Decode, .jsonEncode, .jsonDecode:
            try encode(function, arguments[0], at: node)
        }
    }
}
