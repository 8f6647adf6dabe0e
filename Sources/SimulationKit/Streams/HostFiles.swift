import POSIX
import Streams

/// The files of attempts of one process: on the disk of its machine, as long as the process lives.
///
/// Its process may die at any change of a file, before, after, or with a part of it done.
final class HostFiles: Sendable {
    private let host: Host
    private let cluster: Cluster
    private let disk: SimulatedDisk

    init(_ host: Host, _ cluster: Cluster) {
        self.host = host
        self.cluster = cluster
        disk = cluster.disk(of: host.node)
    }

    /// The port.
    var files: AttemptFiles {
        AttemptFiles(
            list: { [self] directory throws(FileError) in
                try look("list", directory)
                return disk.files(below: directory).map {
                    String($0.dropFirst(directory.utf8.count + 1))
                }
            },
            read: { [self] path throws(FileError) in
                try read(path)
            },
            readPart: { [self] path, offset, maximumBytes throws(FileError) in
                Array(try read(path).dropFirst(offset).prefix(maximumBytes))
            },
            replace: { [self] bytes, path throws(FileError) in
                try change("replace", path, 0) { _ in disk.replace(path, bytes) }
            },
            append: { [self] bytes, path throws(FileError) in
                try change("append", path, bytes.count) { count in
                    disk.append(path, Array(bytes.prefix(count)))
                    cluster.streamLaws.appended(to: path, on: disk, by: host)
                }
            },
            createDirectory: { _ in },
            remove: { [self] path throws(FileError) in
                try change("remove", path, 0) { _ in disk.remove(path) }
            })
    }

    private var faults: StreamFaults { cluster.streamFaults }

    private func read(_ path: String) throws(FileError) -> [UInt8] {
        try look("read", path)
        guard let bytes = disk.bytes(path) else {
            throw FileError(operation: "read", path: path, code: .notFound)
        }
        return bytes
    }

    private func look(_ operation: String, _ path: String) throws(FileError) {
        guard host.isAlive else { throw error(operation, path, .wouldBlock) }
        if faults.strikes(.blind) {
            note(operation, .blind)
            throw error(operation, path, .tooManyOpenFiles)
        }
    }

    /// Makes a change, or a part of it, or none.
    private func change(
        _ operation: String, _ path: String, _ size: Int, _ perform: (_ count: Int) -> Void
    ) throws(FileError) {
        guard host.isAlive else { throw error(operation, path, .wouldBlock) }
        for fault in [StreamFault.dieBefore, .dieWithin, .refuse, .dieAfter]
        where faults.strikes(fault) {
            // Nothing but what is added to can be there by halves.
            if size == 0, fault == .dieWithin { continue }
            note(operation, fault)
            switch fault {
            case .dieWithin, .refuse: if size > 0 { perform(faults.part(of: size)) }
            case .dieAfter: perform(size)
            default: break
            }
            if fault != .refuse { cluster.collapse(host, "\(fault.rawValue) \(operation)") }
            throw error(operation, path, fault == .refuse ? .noSpace : .wouldBlock)
        }
        perform(size)
        // What a simulation without streams does to files is nothing that anybody reads.
        guard cluster.world.streams != nil else { return }
        cluster.world.trace.note(
            operation, Int64(host.number), Int64(size), name: path)
    }

    private func error(
        _ operation: String, _ path: String, _ code: ErrorNumber
    ) -> FileError {
        FileError(operation: operation, path: path, code: code)
    }

    private func note(_ operation: String, _ fault: StreamFault) {
        cluster.world.coverage.hit(.file, "\(operation) x \(fault.rawValue)")
        cluster.world.trace.note("file \(fault.rawValue)", Int64(host.number), name: operation)
    }
}

extension HostFiles {
    /// Where operators keep what they keep.
    static let directory = "/nonexistent/simulation"

    /// Where the streams of a run are.
    static func streams(of uid: String) -> String { "\(directory)/streams/\(uid)" }
}
