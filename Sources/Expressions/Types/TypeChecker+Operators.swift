extension TypeChecker {
    mutating func negate(_ type: ExpressionType, at node: NodeIndex) -> ExpressionType {
        guard !type.isDynamic else { return .dyn }
        let results = type.alternatives.filter { [.dyn, .int, .double, .duration].contains($0) }
        if results.isEmpty { report("'-' does not take \(Self.article(type))", at: node) }
        return results.isEmpty ? .dyn : .union(of: results)
    }

    mutating func binary(
        _ symbol: BinaryOperator, _ left: NodeIndex, _ right: NodeIndex, at node: NodeIndex
    ) -> ExpressionType {
        let first = check(left)
        let second = check(right)
        switch symbol {
        case .equal, .notEqual:
            if !mayBeEqual(first, second) {
                report(
                    .warning,
                    "\(Self.article(first)) is never equal to \(Self.article(second)), so this is "
                        + "always \(symbol == .notEqual)", at: node,
                    suggestion: conversion(first, second))
            }
            return .bool
        case .memberOf:
            member(first, second, at: node)
            return .bool
        case .less, .lessOrEqual, .greater, .greaterOrEqual:
            if !first.isDynamic, !second.isDynamic, !mayBeOrdered(first, second) {
                report(
                    "'\(symbol.symbol)' cannot compare \(Self.article(first)) with "
                        + Self.article(second), at: node, suggestion: conversion(first, second))
            }
            return .bool
        default:
            checkLiterals(symbol, left, right, first, at: node)
            return arithmetic(symbol, first, second, at: node)
        }
    }

    /// What to write where a text stands beside a number.
    private func conversion(_ first: ExpressionType, _ second: ExpressionType) -> String? {
        let kinds = [first, second]
        guard kinds.contains(.string) else {
            return first.alternatives.allSatisfy(isNumber)
                && second.alternatives.allSatisfy(isNumber)
                ? "convert one with int() or double()" : nil
        }
        let other = first == .string ? second : first
        if other.alternatives.allSatisfy(isNumber) {
            return "convert the string with \(other == .int ? "int" : "double")()"
        }
        return other == .bool ? "compare with the word in quotes" : nil
    }

    private func isNumber(_ type: ExpressionType) -> Bool {
        [.int, .uint, .double].contains(type)
    }

    private func pairs(
        _ first: ExpressionType, _ second: ExpressionType
    ) -> [(ExpressionType, ExpressionType)] {
        first.alternatives.flatMap { left in second.alternatives.map { (left, $0) } }
    }

    // MARK: Comparison

    private func mayBeEqual(_ first: ExpressionType, _ second: ExpressionType) -> Bool {
        guard !first.isDynamic, !second.isDynamic else { return true }
        return pairs(first, second).contains { left, right in
            if left == .dyn || right == .dyn || left == right { return true }
            return isNumber(left) && isNumber(right) || kind(left) == kind(right)
        }
    }

    private func mayBeOrdered(_ first: ExpressionType, _ second: ExpressionType) -> Bool {
        let ordered: [ExpressionType] = [.string, .bytes, .bool, .timestamp, .duration]
        return pairs(first, second).contains { left, right in
            let isKnown = ordered.contains(left) || isNumber(left)
            let isOtherKnown = ordered.contains(right) || isNumber(right)
            if left == .dyn { return right == .dyn || isOtherKnown }
            if right == .dyn { return isKnown }
            return isNumber(left) && isNumber(right) || left == right && isKnown
        }
    }

    mutating func member(
        _ value: ExpressionType, _ container: ExpressionType, at node: NodeIndex
    ) {
        guard !container.isDynamic else { return }
        var isContainer = false
        var isPossible = false
        for alternative in container.alternatives {
            switch alternative {
            case .dyn: return
            case .list(let element):
                isContainer = true
                isPossible = isPossible || mayBeEqual(value, element)
            case .map(let key, _):
                isContainer = true
                isPossible = isPossible || mayBeEqual(value, key)
            case .object:
                isContainer = true
                isPossible = isPossible || mayBeEqual(value, .string)
            default: break
            }
        }
        if !isContainer {
            report(
                "'in' does not take (\(value), \(container))", at: node,
                suggestion: container == .string ? "write text.contains(part)" : nil)
        } else if !isPossible {
            report(
                .warning, "\(Self.article(value)) is never in here, so this is always false",
                at: node)
        }
    }

    // MARK: Arithmetic

    private mutating func arithmetic(
        _ symbol: BinaryOperator, _ first: ExpressionType, _ second: ExpressionType,
        at node: NodeIndex
    ) -> ExpressionType {
        guard !first.isDynamic || !second.isDynamic else { return .dyn }
        let firsts = first.isDynamic ? [.dyn] : first.alternatives
        let seconds = second.isDynamic ? [.dyn] : second.alternatives
        let results = firsts.flatMap { left in
            seconds.compactMap { result(symbol, left, $0) }
        }
        guard results.isEmpty else { return .union(of: results) }
        let other = first == .string ? second : first
        let takesText =
            symbol == .add && (first == .string) != (second == .string)
            && !other.alternatives.contains(where: \.isContainer)
        report(
            "'\(symbol.symbol)' does not take (\(first), \(second))", at: node,
            suggestion: takesText
                ? "convert the other with string()" : conversion(first, second))
        return .dyn
    }

    /// What an operator gives of two types that are no unions; nil where it takes no such.
    private func result(
        _ symbol: BinaryOperator, _ left: ExpressionType, _ right: ExpressionType
    ) -> ExpressionType? {
        if left == .dyn || right == .dyn {
            return dynamicResult(symbol, left == .dyn ? right : left)
        }
        let isNumeric = left == right && isNumber(left)
        switch symbol {
        case .multiply, .divide: return isNumeric ? left : nil
        case .remainder: return isNumeric && left != .double ? left : nil
        case .add:
            switch (left, right) {
            case (.list(let first), .list(let second)): return .list(.union(of: [first, second]))
            case (.timestamp, .duration), (.duration, .timestamp): return .timestamp
            default:
                return isNumeric || left == right && [.string, .bytes, .duration].contains(left)
                    ? left : nil
            }
        default:
            switch (left, right) {
            case (.timestamp, .duration): return .timestamp
            case (.timestamp, .timestamp), (.duration, .duration): return .duration
            default: return isNumeric ? left : nil
            }
        }
    }

    /// What an operator gives of one known type and any other value.
    private func dynamicResult(
        _ symbol: BinaryOperator, _ known: ExpressionType
    ) -> ExpressionType? {
        switch (symbol, known) {
        case (_, .dyn): .dyn
        case (_, .int), (_, .uint): known
        case (.remainder, _): nil
        case (_, .double): .double
        case (.add, .string), (.add, .bytes): known
        case (.add, .list): .list(.dyn)
        case (.add, .timestamp): .timestamp
        case (.subtract, .timestamp), (.add, .duration), (.subtract, .duration): .dyn
        default: nil
        }
    }

    /// What types have in common where two values of them may be equal.
    func kind(_ type: ExpressionType) -> Int {
        switch type {
        case .list: 1
        case .map, .object: 2
        case .optional: 3
        default: -1 - (ExpressionType.scalars.firstIndex(of: type) ?? 0)
        }
    }
}

extension ExpressionType {
    /// The types without parts.
    static let scalars: [ExpressionType] = [
        .dyn, .null, .bool, .int, .uint, .double, .string, .bytes, .timestamp, .duration, .type,
    ]
}
