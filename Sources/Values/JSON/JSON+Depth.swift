extension JSON {
    /// Whether arrays and objects lie in one another for more levels than these; a scalar has none.
    ///
    /// Linear in the values down to there, and uses no stack.
    public func nests(deeperThan levels: Int) -> Bool {
        var level = isContainer ? [self] : []
        var depth = 0
        while !level.isEmpty {
            depth += 1
            guard depth <= levels else { return true }
            var next: [JSON] = []
            for container in level {
                switch container {
                case .array(let elements): next += elements.lazy.filter(\.isContainer)
                case .object(let members): next += members.values.lazy.filter(\.isContainer)
                default: break
                }
            }
            level = next
        }
        return false
    }

    private var isContainer: Bool {
        switch self {
        case .array, .object: true
        default: false
        }
    }
}
