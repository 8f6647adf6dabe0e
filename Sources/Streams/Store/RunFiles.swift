internal import Crypto
internal import Values

/// Where files about the tasks of runs lie: a folder a run, and in it names that tell the task.
///
/// A UID comes from the API server and a path from a checked definition, but a place is made of nothing
/// that could leave the directory.
public struct RunFiles: Sendable {
    /// The most bytes of a name that is a path written out.
    private static let longestName = 160
    /// How much of a longer path its name begins with, before the digest.
    private static let shownName = 120

    /// The directory of all runs.
    public let directory: String

    /// Makes the places below a directory, which need not exist.
    public init(directory: String) { self.directory = directory }

    /// The folder of a run.
    public func folder(ofRun uid: String) -> String {
        "\(directory)/\(RunFiles.name(ofRun: uid))"
    }

    /// The name of a run's folder.
    public static func name(ofRun uid: String) -> String {
        uid.filter { $0.isLetter || $0.isNumber || $0 == "-" }
    }

    /// A task's path as the name of a file: other bytes than those of ids as `%` and two digits, and
    /// cut with a digest where it is too long for a name.
    public static func name(ofTask path: String) -> String {
        var name = ""
        for byte in path.utf8 {
            let character = UnicodeScalar(byte)
            switch character {
            case "a"..."z", "A"..."Z", "0"..."9", "-", "_": name.unicodeScalars.append(character)
            default: name += "%" + Hexadecimal.encode([byte])
            }
        }
        guard name.utf8.count > longestName else { return name }
        return String(name.prefix(shownName)) + "%" + Digest(of: path).hexadecimal.prefix(24)
    }
}
