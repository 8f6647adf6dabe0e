extension JSON {
    /// The value with every string in it changed; names of members stay.
    ///
    /// Cost: linear, without recursion.
    public func mappingStrings(_ change: (String) -> String) -> JSON {
        mappingScalars { value in
            guard case .string(let text) = value else { return value }
            return .string(change(text))
        }
    }

    /// The value with the strings changed that are members of one of these names, anywhere in it.
    ///
    /// Cost: linear, without recursion.
    public func mappingStrings(
        named names: Set<String>, _ change: (String) -> String
    ) -> JSON {
        mappingScalars { value, name in
            guard case .string(let text) = value, let name, names.contains(name) else {
                return value
            }
            return .string(change(text))
        }
    }

    /// The value with every scalar in it changed, which is what is neither array nor object.
    ///
    /// Cost: linear, without recursion.
    public func mappingScalars(_ change: (JSON) -> JSON) -> JSON {
        mappingScalars { value, _ in change(value) }
    }

    /// The value with every scalar in it changed, given the name of the member that it is, if it is one.
    private func mappingScalars(_ change: (JSON, String?) -> JSON) -> JSON {
        struct Container {
            let value: JSON
            var done: [JSON] = []
        }
        var open: [Container] = []
        var next = self
        var name: String?
        while true {
            var finished: JSON
            switch next {
            case .array(let elements) where !elements.isEmpty:
                open.append(Container(value: next))
                (next, name) = (elements[0], nil)
                continue
            case .object(let members) where !members.isEmpty:
                open.append(Container(value: next))
                (next, name) = (members[0].value, members[0].key)
                continue
            case .array, .object: finished = next
            default: finished = change(next, name)
            }
            while true {
                guard !open.isEmpty else { return finished }
                let top = open.count - 1
                open[top].done.append(finished)
                let count = open[top].done.count
                switch open[top].value {
                case .array(let elements) where count < elements.count:
                    (next, name) = (elements[count], nil)
                case .object(let members) where count < members.count:
                    (next, name) = (members[count].value, members[count].key)
                case .object(let members):
                    let done = open.removeLast().done
                    finished = .object(JSONObject(sortedNames: members.keys, items: done))
                    continue
                default:
                    finished = .array(open.removeLast().done)
                    continue
                }
                break
            }
        }
    }
}
