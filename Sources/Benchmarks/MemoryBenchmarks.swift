import POSIX
import Values

/// Measures what the process holds before it did anything, and for objects in a cache.
func memoryBenchmarks(_ report: Report, idle: ProcessUsage) {
    report.figure("memory.idle", Double(idle.residentBytes), "B")
    // Kept until the end: what is freed would be taken again, and not be seen.
    var kept: [[JSON]] = []
    for tasks in [4, 66] {
        let text = SampleObjects.run(7, tasks: tasks).bytes
        let count = 16_000_000 / text.count
        let before = ProcessUsage.current().residentBytes
        let objects = (0..<count).compactMap { _ in try? JSON(parsing: text) }
        kept.append(objects)
        let after = ProcessUsage.current().residentBytes
        report.figure(
            "memory.run_object", Double(after - before) / Double(max(1, objects.count)), "B",
            [
                "tasks": .integer(Int64(tasks)), "textBytes": .integer(Int64(text.count)),
                "n": .integer(Int64(objects.count)),
            ])
    }
    withExtendedLifetime(kept) {}
}
