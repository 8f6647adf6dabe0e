extension JSON {
    /// Whether both are the same JSON with numbers compared by value: `1.0` is the same as `1`.
    ///
    /// An API server may store the one where the other was sent. Cost: linear in the smaller value.
    public func isSame(as other: JSON) -> Bool {
        if self == other { return true }
        var pairs = [(self, other)]
        while let (one, two) = pairs.popLast() {
            switch (one, two) {
            case (.array(let first), .array(let second)):
                guard first.count == second.count else { return false }
                pairs += zip(first, second)
            case (.object(let first), .object(let second)):
                guard first.count == second.count else { return false }
                for (name, value) in first {
                    guard let counterpart = second[name] else { return false }
                    pairs.append((value, counterpart))
                }
            case (.integer(let number), .double), (.double, .integer(let number)):
                guard one.integerValue == number, two.integerValue == number else { return false }
            case (.double(let first), .double(let second)):
                guard first == second else { return false }
            default:
                guard one == two else { return false }
            }
        }
        return true
    }

    /// Whether an object, at any depth of objects in objects, has a member that another has not.
    ///
    /// What differs in another way does not count, and arrays are not looked into. Cost: linear.
    public func hasMembers(beyond other: JSON) -> Bool {
        var pairs = [(self, other)]
        while let (one, two) = pairs.popLast() {
            guard case .object(let first) = one, case .object(let second) = two else { continue }
            for (name, value) in first {
                guard let counterpart = second[name] else { return true }
                pairs.append((value, counterpart))
            }
        }
        return false
    }
}
