public import Values

/// The merge patch between two statuses, member by member.
public enum StatusPatch {
    /// What turns one status into the other: changed members whole, and null for those that are gone.
    ///
    /// Empty where they are equal. Members inside a changed one are compared as well where both are
    /// objects, one level down, so that a map of many entries is not sent for one.
    public static func from(_ old: JSON, to new: JSON) -> JSONObject {
        let before = old.objectValue ?? [:]
        let after = new.objectValue ?? [:]
        var patch: JSONObject = [:]
        for (name, value) in after where before[name] != value {
            if let inner = before[name]?.objectValue, let wanted = value.objectValue {
                patch[name] = .object(members(inner, wanted))
            } else {
                patch[name] = value
            }
        }
        for name in before.keys where after[name] == nil { patch[name] = .null }
        return patch
    }

    private static func members(_ before: JSONObject, _ after: JSONObject) -> JSONObject {
        var patch: JSONObject = [:]
        for (name, value) in after where before[name] != value {
            // A merge patch merges objects: members that are gone would stay behind.
            if case .object(let inner)? = before[name], case .object(let wanted) = value {
                var whole = wanted
                for gone in inner.keys where wanted[gone] == nil { whole[gone] = .null }
                patch[name] = .object(whole)
            } else {
                patch[name] = value
            }
        }
        for name in before.keys where after[name] == nil { patch[name] = .null }
        return patch
    }
}
