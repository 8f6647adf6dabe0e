/// What to fetch of a repository.
public enum GitReference: Sendable, Hashable {
    /// The branch of that name.
    case branch(String)
    /// The tag of that name, lightweight or annotated.
    case tag(String)
    /// The commit with that identifier, in full.
    case commit(String)
    /// The reference with that full name, such as `refs/pull/7/head`.
    case name(String)
    /// The branch that the repository's HEAD points to.
    case defaultBranch
}

extension GitReference: CustomStringConvertible {
    /// The kind and the name: `branch 'main'`.
    public var description: String {
        switch self {
        case .branch(let name): "branch '\(name)'"
        case .tag(let name): "tag '\(name)'"
        case .commit(let id): "commit '\(id)'"
        case .name(let name): "reference '\(name)'"
        case .defaultBranch: "the default branch"
        }
    }
}

extension GitReference {
    /// The full name, or nil for a commit and for the default branch.
    var fullName: String? {
        switch self {
        case .branch(let name): "refs/heads/" + name
        case .tag(let name): "refs/tags/" + name
        case .name(let name): name
        case .commit, .defaultBranch: nil
        }
    }

    /// Throws where the name is none that git allows.
    ///
    /// Nothing here reaches a command line; the rules are kept all the same, as other tools read the
    /// same manifests. Source: git-check-ref-format(1).
    func validate() throws(GitError) {
        if case .commit(let id) = self, GitObjectID(id) == nil {
            throw GitError(
                .invalidReference,
                "'\(GitReference.shown(id))' is no commit: give all 40 hexadecimal digits")
        }
        guard let name = fullName else { return }
        if let reason = GitReference.fault(of: name) {
            throw GitError(
                .invalidReference,
                "'\(GitReference.shown(name))' cannot be the name of a reference: \(reason)")
        }
    }

    /// Why a full name is not allowed; nil where it is.
    private static func fault(of name: String) -> String? {
        let forbidden = Set(" ~^:?*[\\".utf8)
        let parts = name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        if name.utf8.count > GitLimits.referenceBytes { return "it is too long" }
        if !name.hasPrefix("refs/") || parts.count < 3 { return "it does not start with 'refs/'" }
        if name.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
            return "it has a control character"
        }
        if let byte = name.utf8.first(where: forbidden.contains) {
            return "it has a '\(Character(Unicode.Scalar(byte)))'"
        }
        if parts.contains(where: \.isEmpty) { return "a part of it is empty" }
        if parts.contains(where: { $0.first == UInt8(ascii: "-") }) {
            return "a part of it starts with '-'"
        }
        if parts.contains(where: { $0.first == UInt8(ascii: ".") }) || name.hasSuffix(".") {
            return "a part of it starts or ends with '.'"
        }
        if parts.contains(where: { $0.suffix(5).elementsEqual(".lock".utf8) }) {
            return "it ends with '.lock'"
        }
        if name.contains("..") || name.contains("@{") { return "it has '..' or '@{'" }
        return nil
    }

    /// A name of a manifest as messages repeat it.
    static func shown(_ text: String) -> String {
        let clean = text.unicodeScalars.prefix(80).map {
            $0.properties.generalCategory == .control ? "\u{FFFD}" : Character($0)
        }
        return String(clean)
    }
}
