internal import CPOSIX
internal import Glibc

/// The environment variables of this process.
///
/// Nothing here sets one: other threads may be reading them.
public enum Environment {
    /// The value of a variable, or nil when it is not set.
    public static func variable(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        return unsafe String(cString: value)
    }

    /// All variables.
    public static var all: [String: String] {
        var variables: [String: String] = [:]
        guard var next = unsafe cposix_environment() else { return variables }
        while let entry = unsafe next.pointee {
            let parts = unsafe String(cString: entry).split(
                separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
            unsafe next += 1
        }
        return variables
    }
}
