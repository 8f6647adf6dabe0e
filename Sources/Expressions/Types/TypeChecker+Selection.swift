internal import Values

extension TypeChecker {
    /// What a name gives of one type that is no union.
    private enum Found {
        case value(ExpressionType)
        /// A map that never has the name.
        case missing(ExpressionType.ObjectType)
        /// A value without names.
        case unfit
    }

    private func find(_ name: String, in type: ExpressionType) -> Found {
        switch type {
        case .dyn: .value(.dyn)
        case .map(let key, let value):
            key.alternatives.contains { $0 == .string || $0 == .dyn } || key.isDynamic
                ? .value(value) : .missing(ExpressionType.ObjectType([:]))
        case .object(let object):
            object.fields[name].map(Found.value)
                ?? (object.isOpen ? .value(.dyn) : .missing(object))
        case .optional(let inner):
            .value(.optional(held(name, in: inner)))
        default: .unfit
        }
    }

    /// The type of a field of what an optional holds, if it holds a map with it.
    private func held(_ name: String, in type: ExpressionType) -> ExpressionType {
        let types = type.alternatives.compactMap { alternative -> ExpressionType? in
            switch alternative {
            case .map(_, let value): value
            case .object(let object): object.fields[name] ?? .dyn
            case .dyn: .dyn
            default: nil
            }
        }
        return types.isEmpty ? .dyn : .union(of: types)
    }

    mutating func select(
        _ type: ExpressionType, _ name: String, at node: NodeIndex
    ) -> ExpressionType {
        guard !type.isDynamic else { return .dyn }
        // Mostly a type is no union, and has the name.
        if case .value(let found) = find(name, in: type) { return found }
        var results: [ExpressionType] = []
        var missing: ExpressionType.ObjectType?
        for alternative in type.alternatives {
            switch find(name, in: alternative) {
            case .value(let type): results.append(type)
            case .missing(let object): missing = missing ?? object
            case .unfit: break
            }
        }
        guard results.isEmpty else { return .union(of: results) }
        if let missing {
            reportMissing(.error, name, missing, at: node)
        } else {
            report("\(Self.article(type)) has no fields, so no '\(name)'", at: node)
        }
        return .dyn
    }

    private mutating func reportMissing(
        _ severity: TypeProblem.Severity, _ name: String, _ object: ExpressionType.ObjectType,
        at node: NodeIndex
    ) {
        let known = object.fields.keys.sorted()
        let nearest = Spelling.nearest(to: name, among: known).map { "did you mean \($0)?" }
        let listed = known.prefix(10).joined(separator: ", ")
        report(
            severity, "there is no field '\(name)'", at: node,
            suggestion: nearest ?? (known.isEmpty ? nil : "the fields are: \(listed)"))
    }

    mutating func optionalSelect(
        _ type: ExpressionType, _ name: String, at node: NodeIndex
    ) -> ExpressionType {
        guard !type.isDynamic else { return .optional(.dyn) }
        var results: [ExpressionType] = []
        var isFit = false
        for alternative in type.alternatives {
            switch find(name, in: alternative) {
            case .value(.optional(let inner)) where isOptional(alternative): results.append(inner)
            case .value(let type): results.append(type)
            case .missing(let object):
                isFit = true
                // Each map without the name makes this one never there, of which a warning is enough.
                if type.alternatives.count == 1 {
                    reportMissing(.warning, name, object, at: node)
                }
            case .unfit: break
            }
        }
        if results.isEmpty, !isFit {
            report("\(Self.article(type)) has no fields, so no '\(name)'", at: node)
        }
        return .optional(results.isEmpty ? .dyn : .union(of: results))
    }

    private func isOptional(_ type: ExpressionType) -> Bool {
        if case .optional = type { return true }
        return false
    }

    mutating func index(
        _ type: ExpressionType, _ key: NodeIndex, at node: NodeIndex
    ) -> ExpressionType {
        let keyType = check(key)
        guard !type.isDynamic else { return .dyn }
        if let name = constantString(key), !type.alternatives.contains(where: isList) {
            return select(type, name, at: node)
        }
        let results = type.alternatives.flatMap { elements(of: $0, at: keyType) }
        guard results.isEmpty else { return .union(of: results) }
        report(
            "'[]' does not take (\(type), \(keyType))", at: node,
            suggestion: type.alternatives.contains(where: isList)
                ? "a list is indexed by an int" : nil)
        return .dyn
    }

    private func isList(_ type: ExpressionType) -> Bool {
        if case .list = type { return true }
        return false
    }

    /// The types that an index gives of a type that is no union; none where there is no such index.
    private func elements(
        of type: ExpressionType, at key: ExpressionType
    ) -> [ExpressionType] {
        let isNumber =
            key.isDynamic
            || key.alternatives.contains { [.dyn, .int, .uint, .double].contains($0) }
        switch type {
        case .dyn: return [.dyn]
        case .list(let element): return isNumber ? [element] : []
        case .map(_, let value): return [value]
        case .object(let object):
            let values = Array(object.fields.values)
            return [object.isOpen || values.isEmpty ? .dyn : .union(of: values)]
        case .optional(let inner):
            let results = inner.alternatives.flatMap { elements(of: $0, at: key) }
            return [.optional(results.isEmpty ? .dyn : .union(of: results))]
        default: return []
        }
    }

    mutating func optionalIndex(
        _ type: ExpressionType, _ key: NodeIndex, at node: NodeIndex
    ) -> ExpressionType {
        let keyType = check(key)
        guard !type.isDynamic else { return .optional(.dyn) }
        let results = type.alternatives.flatMap { alternative -> [ExpressionType] in
            guard case .optional(let inner) = alternative else {
                return elements(of: alternative, at: keyType)
            }
            return inner.alternatives.flatMap { elements(of: $0, at: keyType) } + [.dyn]
        }
        if results.isEmpty { report("'[?]' does not take (\(type), \(keyType))", at: node) }
        return .optional(results.isEmpty ? .dyn : .union(of: results))
    }
}
