extension TypeChecker {
    mutating func filter(_ call: FilterCall, at node: NodeIndex) -> ExpressionType {
        let isDefault = call.filter == .default
        let type = isDefault ? checkMayBeMissing(call.operand) : check(call.operand)
        let arguments = call.arguments.map { $0 < 0 ? nil : check($0) }
        if isDefault { return .union(of: [type, arguments.first?.flatMap { $0 } ?? .string]) }
        if let item = call.item { return each(call.filter, item, type, at: node) }
        guard type.isDynamic || type.alternatives.contains(where: { takes(call.filter, $0) }) else {
            report(
                "the filter \(tree.names[Int(call.name)]) does not take \(Self.article(type))",
                at: node)
            return .dyn
        }
        return result(call.filter, type)
    }

    /// Whether a filter takes values of a type that is no union.
    private func takes(_ filter: Filter, _ type: ExpressionType) -> Bool {
        switch filter {
        case .upper, .lower, .capitalize, .title, .trim, .truncate, .indent, .replace, .split,
            .wordcount, .escape, .shell, .base64Decode:
            switch type {
            case .list, .map, .object, .null, .bytes, .optional: false
            default: true
            }
        case .abs, .round: Overload.Parameter.number.takes(type)
        case .length, .first, .last, .join, .list, .reverse, .sort, .unique, .min, .max, .batch,
            .slice, .groupby, .sum:
            [Overload.Parameter.list, .map, .string].contains { $0.takes(type) }
                || filter == .length && type == .bytes
        case .items, .dictsort: Overload.Parameter.map.takes(type)
        default: true
        }
    }

    /// The elements that a filter goes through: of a map its keys, of a text its letters.
    private func elements(of type: ExpressionType) -> ExpressionType {
        guard !type.isDynamic else { return .dyn }
        return .union(
            of: type.alternatives.map {
                switch $0 {
                case .list(let element): element
                case .map(let key, _): key
                case .object, .string: .string
                default: .dyn
                }
            })
    }

    private func result(_ filter: Filter, _ type: ExpressionType) -> ExpressionType {
        switch filter {
        case .upper, .lower, .capitalize, .title, .trim, .truncate, .indent, .replace, .escape,
            .shell, .base64Encode, .base64Decode, .json, .urlencode, .string, .join:
            .string
        case .split: .list(.string)
        case .length, .wordcount: .int
        case .first, .last, .min, .max: elements(of: type)
        case .list, .sort, .unique: .list(elements(of: type))
        case .raw, .abs: type
        case .batch, .slice: .list(.list(.dyn))
        case .items, .dictsort, .groupby: .list(.dyn)
        default: .dyn
        }
    }

    private mutating func each(
        _ filter: Filter, _ item: FilterCall.Item, _ type: ExpressionType, at node: NodeIndex
    ) -> ExpressionType {
        let isSequence =
            type.isDynamic
            || type.alternatives.contains { type in
                [Overload.Parameter.list, .map, .string].contains { $0.takes(type) }
            }
        guard isSequence else {
            report("\(Self.article(type)) has no elements to go through", at: node)
            return .dyn
        }
        guard case .test = item else { return .list(.dyn) }
        return .list(elements(of: type))
    }
}
