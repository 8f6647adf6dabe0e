public import Values

/// How a task's outputs are written into a status that is patched.
///
/// A merge patch says "remove" with `null`, so it cannot carry an object's member that is `null`
/// (RFC 7396). An output that holds such a member is written as its text instead, under a name that
/// no output can have, and read back; every other is written as it is.
public enum OutputCoding {
    private static let textName = "$json"

    static func encode(_ outputs: JSONObject) -> JSONObject {
        guard holdsNullMember(.object(outputs)) else { return outputs }
        return JSONObject(
            outputs.map { name, value in
                let isPlain = !value.isNull && !holdsNullMember(value)
                return (name, isPlain ? value : [textName: .string(value.text)])
            })
    }

    /// The outputs of a stored task as its run gave them.
    ///
    /// - Throws: `JSONParseError` where a text that stands for a value is no JSON.
    public static func decode(_ stored: JSONObject) throws(JSONParseError) -> JSONObject {
        var outputs = stored
        for (name, value) in stored {
            guard case .object(let members) = value, members.count == 1,
                let text = members[textName]?.stringValue
            else { continue }
            outputs[name] = try JSON(parsing: text)
        }
        return outputs
    }

    private static func holdsNullMember(_ root: JSON) -> Bool {
        var pending = [root]
        while let value = pending.popLast() {
            switch value {
            case .array(let elements):
                for element in elements { if isContainer(element) { pending.append(element) } }
            case .object(let members):
                for member in members.values {
                    if member.isNull { return true }
                    if isContainer(member) { pending.append(member) }
                }
            default: break
            }
        }
        return false
    }

    private static func isContainer(_ value: JSON) -> Bool {
        switch value {
        case .array, .object: true
        default: false
        }
    }
}
