/// The objects of one collection, by key and in order.
struct ObjectTable {
    private var objects: [ObjectKey: StoredObject] = [:]
    private var keys: [ObjectKey] = []

    var count: Int { keys.count }

    subscript(key: ObjectKey) -> StoredObject? {
        get { objects[key] }
        set {
            let before = objects.updateValue(newValue, forKey: key)
            if newValue == nil {
                objects[key] = nil
                if before != nil { keys.remove(at: position(of: key)) }
            } else if before == nil {
                keys.insert(key, at: position(of: key))
            }
        }
    }

    /// The first position whose key is not before the given one.
    private func position(of key: ObjectKey) -> Int {
        // Names mostly arrive in order, as counters and times in them grow.
        if let last = keys.last, last < key { return keys.count }
        var (low, high) = (0, keys.count)
        while low < high {
            let middle = (low + high) / 2
            if keys[middle] < key { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The objects in order, of one namespace or of all.
    func ordered(namespace: String?) -> [StoredObject] {
        guard let namespace else { return keys.compactMap { objects[$0] } }
        var found: [StoredObject] = []
        var index = position(of: ObjectKey(namespace: namespace, name: ""))
        while index < keys.count, keys[index].namespace == namespace {
            if let object = objects[keys[index]] { found.append(object) }
            index += 1
        }
        return found
    }
}

extension [ObjectKey: StoredObject] {
    /// Sets a value that may be nil and gives the one before.
    fileprivate mutating func updateValue(
        _ value: StoredObject?, forKey key: ObjectKey
    ) -> StoredObject? {
        guard let value else { return self[key] }
        return updateValue(value, forKey: key)
    }
}
