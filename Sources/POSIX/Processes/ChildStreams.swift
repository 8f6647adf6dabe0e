internal import Glibc

/// The standard streams of a child to be: an end for it, and one for this process where it has one.
struct ChildStreams: ~Copyable {
    struct Ends: ~Copyable {
        let child: FileDescriptor
        /// Never waits.
        var parent: FileDescriptor?
    }

    var input: Ends
    var output: Ends
    var error: Ends

    init(_ configuration: ChildConfiguration) throws(ErrorNumber) {
        let input = try ChildStreams.input(configuration.standardInput)
        let output = try ChildStreams.output(.output, to: configuration.output)
        let error = try ChildStreams.output(.error, to: configuration.output)
        self.input = input
        self.output = output
        self.error = error
    }

    private static func input(_ bytes: [UInt8]) throws(ErrorNumber) -> Ends {
        guard !bytes.isEmpty else { return Ends(child: try null(O_RDONLY), parent: nil) }
        let pipe = try Pipe()
        try pipe.writing.setNonBlocking()
        return Ends(child: pipe.reading, parent: pipe.writing)
    }

    private static func output(
        _ stream: StandardStream, to target: ChildConfiguration.OutputTarget
    ) throws(ErrorNumber) -> Ends {
        switch target {
        case .discarded: return Ends(child: try null(O_WRONLY), parent: nil)
        case .inherited:
            let copy = fcntl(stream.rawValue, F_DUPFD_CLOEXEC, 3)
            guard copy >= 0 else { throw .last }
            return Ends(child: FileDescriptor(owning: copy), parent: nil)
        case .streamed:
            let pipe = try Pipe()
            try pipe.reading.setNonBlocking()
            return Ends(child: pipe.writing, parent: pipe.reading)
        }
    }

    private static func null(_ flags: Int32) throws(ErrorNumber) -> FileDescriptor {
        do { return try FileDescriptor(opening: "/dev/null", flags: flags, for: "open") } catch {
            throw error.code
        }
    }
}
