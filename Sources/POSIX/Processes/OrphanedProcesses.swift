/// Processes that an earlier life of this program started and that its death left behind.
///
/// The kernel ends a direct child with its parent; what that child started in its turn goes on. It
/// carries the environment it was given, so a variable with a value of our own finds it again,
/// whoever its parent is by now.
public enum OrphanedProcesses {
    /// The most bytes of one process's environment that are looked at.
    private static let maximumEnvironmentBytes = 1 << 20
    /// How often the table is read again: what is being ended may start another process meanwhile.
    private static let maximumRounds = 10

    /// Kills every process whose environment gives a variable a value, this one excepted.
    ///
    /// Only for a mark that no living program uses, such as one of a directory that this process has
    /// the lock of. Cost: one read of the table of processes, again while any was found.
    ///
    /// - Returns: how many were killed.
    @discardableResult
    public static func end(marked name: String, _ value: String) -> Int {
        let mark = Array("\(name)=\(value)".utf8)
        var ended: Set<Int32> = []
        for _ in 0..<maximumRounds {
            let found = processes(with: mark).subtracting(ended)
            guard !found.isEmpty else { break }
            for process in found.sorted() { Signal.kill.send(to: process) }
            ended.formUnion(found)
        }
        return ended.count
    }

    private static func processes(with mark: [UInt8]) -> Set<Int32> {
        let names = (try? FileSystem.list("/proc")) ?? []
        return Set(
            names.compactMap { Int32($0) }.filter { process in
                guard process != Host.processID,
                    let environment = try? FileSystem.read(
                        "/proc/\(process)/environ", maximumBytes: maximumEnvironmentBytes)
                else { return false }
                return environment.split(separator: 0).contains { $0.elementsEqual(mark) }
            })
    }
}
