/// The names that entries of trees may have here.
///
/// Nothing is ever written under these names. They are shown, compared and put into labels, and the
/// names that are a trick elsewhere are refused here.
enum EntryName {
    /// The name, or nil where it is not UTF-8, is `.` or `..`, or holds a `/`, a backslash or a
    /// control character.
    static func checked(_ name: String?) -> String? {
        guard let name, !name.isEmpty, name != ".", name != ".." else { return nil }
        let isClean = name.unicodeScalars.allSatisfy { scalar in
            scalar != "/" && scalar != "\\" && scalar.properties.generalCategory != .control
        }
        return isClean ? name : nil
    }

    /// The name for messages, with control characters replaced.
    static func shown(_ name: String) -> String { GitReference.shown(name) }

    /// The parts of a path inside a repository; none for its root.
    static func components(of path: String) throws(GitError) -> [String] {
        var parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        if parts.first?.isEmpty == true { parts.removeFirst() }
        if parts.last?.isEmpty == true { parts.removeLast() }
        parts.removeAll { $0 == "." }
        for part in parts where checked(part) == nil {
            throw GitError(
                .invalidPath,
                "'\(GitReference.shown(path))' is no path inside a repository: write it without "
                    + "'..' and with single '/'")
        }
        return parts
    }
}
