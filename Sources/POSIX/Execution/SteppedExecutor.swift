import Synchronization

/// An executor whose jobs run one at a time, each when its owner says so and which it says.
///
/// All that runs on it is on the thread that calls ``run(at:)``: what is asynchronous becomes a
/// sequence that a seed can choose and repeat. Jobs may be added from anywhere, also while one runs.
/// Its owner runs what is there until nothing is; a job that is never run leaks its task.
public final class SteppedExecutor: TaskExecutor {
    private let jobs = Mutex<[UnownedJob]>([])

    /// Makes an executor without jobs.
    public init() {}

    /// How many jobs could run.
    public var count: Int { jobs.withLock(\.count) }

    /// Takes a job, to be run later.
    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
    }

    /// Runs one of the jobs, by its place, until it ends or waits; the last one takes its place.
    public func run(at index: Int) {
        let job = jobs.withLock { jobs in
            jobs.swapAt(index, jobs.count - 1)
            return jobs.removeLast()
        }
        unsafe job.runSynchronously(on: asUnownedTaskExecutor())
    }
}
