internal import CPOSIX
internal import Glibc

/// The three descriptors every process starts with.
public enum StandardStream: Int32, Sendable, Hashable, CaseIterable {
    case input = 0
    case output = 1
    case error = 2
}

/// The terminal a process may be attached to.
public enum Terminal {
    /// Whether a stream is a terminal and not a file or a pipe.
    public static func isTerminal(_ stream: StandardStream) -> Bool {
        isatty(stream.rawValue) == 1
    }

    /// The width of a stream's terminal in columns; nil where it is none or does not say.
    public static func columns(_ stream: StandardStream = .output) -> Int? {
        let columns = Int(cposix_terminal_columns(stream.rawValue))
        return columns > 0 ? columns : nil
    }

    /// The height of a stream's terminal in rows; nil where it is none or does not say.
    public static func rows(_ stream: StandardStream = .output) -> Int? {
        let rows = Int(cposix_terminal_rows(stream.rawValue))
        return rows > 0 ? rows : nil
    }
}

/// Reading and writing of the three standard streams, without buffers between.
public enum StandardStreams {
    /// Writes all of a text, waiting for the reader.
    ///
    /// - Throws: `brokenPipe` where the reader is gone, if the process ignores that signal
    ///   (``Signals/ignoreBrokenPipe()``); else the signal ends the process.
    public static func write(
        _ text: String, to stream: StandardStream = .output
    ) throws(FileError) {
        try write(Array(text.utf8), to: stream)
    }

    /// Writes all bytes, waiting for the reader; throws as the form for texts does.
    public static func write(
        _ bytes: [UInt8], to stream: StandardStream = .output
    ) throws(FileError) {
        do { try FileDescriptor.writeAll(bytes, to: stream.rawValue) } catch {
            throw FileError(operation: "write to", path: "standard \(stream)", code: error)
        }
    }

    /// Reads standard input to its end, blocking the thread.
    ///
    /// - Throws: `tooLarge` where there is more than `maximumBytes`.
    public static func readInput(
        maximumBytes: Int = Limits.fileBytes
    ) throws(FileError) -> [UInt8] {
        do throws(ErrorNumber) {
            var bytes: [UInt8] = []
            while true {
                let chunk = try FileDescriptor.readSome(Limits.readBytes, from: 0)
                if chunk.isEmpty { return bytes }
                bytes += chunk
                guard bytes.count <= maximumBytes else { throw .tooLarge }
            }
        } catch {
            throw FileError(operation: "read", path: "standard input", code: error)
        }
    }
}
