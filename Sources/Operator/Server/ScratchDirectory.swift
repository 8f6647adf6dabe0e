import Observability
import POSIX
import Values

/// The directory in which commands start that name none.
enum ScratchDirectory {
    /// An empty one, and what a killed server left in earlier ones removed.
    ///
    /// Commands leave what they like: what cannot be removed is told, and another directory is taken.
    ///
    /// - Parameter remove: Removes a directory with all it holds.
    /// - Throws: ``ServerStartError`` where no directory can be made.
    static func empty(
        in directory: String, logger: Logger,
        remove: (String) throws(FileError) -> Void = { path throws(FileError) in
            try FileSystem.remove(path)
        }
    ) throws(ServerStartError) -> String {
        do throws(FileError) {
            let earlier = try FileSystem.list(directory).filter {
                $0 == "scratch" || $0.hasPrefix("scratch-")
            }
            for name in earlier {
                do throws(FileError) {
                    try remove("\(directory)/\(name)")
                } catch {
                    logger.warning(
                        "what a command left behind cannot be removed",
                        ["error": .string(error.description)])
                }
            }
            let scratch = "\(directory)/scratch"
            guard !FileSystem.exists(scratch) else {
                return try FileSystem.makeTemporaryDirectory(prefix: "scratch", in: directory)
            }
            try FileSystem.createDirectory(scratch, permissions: 0o700)
            return scratch
        } catch {
            throw ServerStartError(error.description)
        }
    }
}
