internal import CPOSIX
internal import Glibc

/// The most a child, and each process it starts, may use; nil leaves what this process may.
///
/// They hold for each process and not for their sum. Source: getrlimit(2).
public struct ChildLimits: Sendable, Hashable {
    /// The processor time, in whole seconds; past it the kernel ends the process.
    public var processorSeconds: Int?
    /// The address space in bytes; past it allocation fails.
    public var addressSpaceBytes: Int?
    /// The bytes of any one file it writes; past it the kernel ends the process.
    public var fileBytes: Int?
    /// The descriptors it may have open.
    public var openFiles: Int?
    /// The bytes of a core dump, which holds whatever secrets the process had; 0 makes none.
    public var coreBytes: Int?

    /// Makes bounds; the default forbids core dumps alone.
    public init(
        processorSeconds: Int? = nil, addressSpaceBytes: Int? = nil, fileBytes: Int? = nil,
        openFiles: Int? = nil, coreBytes: Int? = 0
    ) {
        self.processorSeconds = processorSeconds
        self.addressSpaceBytes = addressSpaceBytes
        self.fileBytes = fileBytes
        self.openFiles = openFiles
        self.coreBytes = coreBytes
    }

    /// The bounds as the kernel takes them.
    var kernelLimits: [cposix_limit] {
        [
            (RLIMIT_CPU, processorSeconds), (RLIMIT_AS, addressSpaceBytes),
            (RLIMIT_FSIZE, fileBytes), (RLIMIT_NOFILE, openFiles), (RLIMIT_CORE, coreBytes),
        ].compactMap { resource, value in
            value.map {
                cposix_limit(resource: Int32(resource.rawValue), value: UInt64(max(0, $0)))
            }
        }
    }
}
