internal import CGit2

/// What libgit2 said of a failed call.
///
/// Its text is kept for each thread, so it is copied at once, in the call that failed.
struct LibraryFailure: Error {
    var code: Int32
    var category: Int32
    var message: String

    init(code: Int32) {
        self.code = code
        let last = unsafe git_error_last()
        category = unsafe last?.pointee.klass ?? 0
        let text = unsafe last.flatMap { unsafe $0.pointee.message }
        message = Redaction.apply(unsafe text.map { unsafe String(cString: $0) } ?? "error \(code)")
    }

    /// Throws what libgit2 said, where a call returned a code below zero.
    static func check(_ code: Int32) throws(LibraryFailure) {
        guard code < 0 else { return }
        throw LibraryFailure(code: code)
    }

    var isNotFound: Bool { code == GIT_ENOTFOUND.rawValue }

    /// The error of something that was done with the local clone.
    func local(_ operation: String) -> GitError {
        switch category {
        case Int32(GIT_ERROR_NOMEMORY.rawValue):
            return GitError(.storage, "\(operation): the process is out of memory")
        case Int32(GIT_ERROR_OS.rawValue), Int32(GIT_ERROR_FILESYSTEM.rawValue):
            return GitError(.storage, "\(operation): \(message)")
        default:
            return GitError(.corrupt, "\(operation): the local clone is damaged (\(message))")
        }
    }
}

/// The removal of secrets from texts that come from elsewhere.
enum Redaction {
    /// The text without the user part and the query of any URL in it.
    static func apply(_ text: String) -> String {
        text.split(separator: " ", omittingEmptySubsequences: false).map(word).joined(
            separator: " ")
    }

    private static func word(_ word: Substring) -> String {
        guard let scheme = word.indices.first(where: { word[$0...].hasPrefix("://") }) else {
            return String(word)
        }
        let start = word.index(scheme, offsetBy: 3)
        let end = word[start...].firstIndex(of: "/") ?? word.endIndex
        let host = word[start..<end].lastIndex(of: "@").map { word.index(after: $0) } ?? start
        let rest = word[host...].prefix { $0 != "?" && $0 != "#" }
        return String(word[..<start] + rest)
    }
}
