internal import CGit2
internal import Glibc
internal import Synchronization

/// The thread on which everything of one repository happens, as the executor of its actor.
///
/// libgit2 blocks and keeps its last error for each thread: both ask for a thread of its own. The
/// thread ends when the executor is gone; it holds only the mailbox.
final class GitThread: SerialExecutor {
    private let mailbox: Mailbox

    init() throws(GitError) {
        let mailbox = Mailbox()
        self.mailbox = mailbox
        var attributes = pthread_attr_t()
        unsafe pthread_attr_init(&attributes)
        defer { unsafe pthread_attr_destroy(&attributes) }
        unsafe pthread_attr_setstacksize(&attributes, GitLimits.threadStackBytes)
        unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        var thread = pthread_t()
        let context = unsafe Unmanaged.passRetained(mailbox)
        guard unsafe pthread_create(&thread, &attributes, gitThreadMain, context.toOpaque()) == 0
        else {
            unsafe context.release()
            throw GitError(.storage, "the process cannot start another thread")
        }
    }

    deinit { mailbox.close() }

    func enqueue(_ job: consuming ExecutorJob) {
        unsafe mailbox.post(UnownedJob(job), for: asUnownedSerialExecutor())
    }
}

/// The entry of the thread: runs jobs until the mailbox is closed.
private func gitThreadMain(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context = unsafe context else { return nil }
    let mailbox = unsafe Unmanaged<Mailbox>.fromOpaque(context).takeRetainedValue()
    while let (job, executor) = unsafe mailbox.take() {
        unsafe job.runSynchronously(on: executor)
    }
    return nil
}

/// The jobs that wait for the thread.
private final class Mailbox: Sendable {
    @safe
    private struct State {
        var jobs: [(UnownedJob, UnownedSerialExecutor)] = unsafe []
        var isClosed = false
    }

    private let state = Mutex(State())
    private let signal = Semaphore()

    func post(_ job: UnownedJob, for executor: UnownedSerialExecutor) {
        state.withLock { unsafe $0.jobs.append((job, executor)) }
        signal.post()
    }

    func close() {
        state.withLock { $0.isClosed = true }
        signal.post()
    }

    /// Waits for a job; nil once the mailbox is closed and empty.
    func take() -> (UnownedJob, UnownedSerialExecutor)? {
        while true {
            signal.wait()
            let (next, ended) = unsafe state.withLock { state in
                unsafe state.jobs.isEmpty
                    ? (nil, state.isClosed) : (state.jobs.removeFirst(), false)
            }
            if let next = unsafe next { return unsafe next }
            if ended { return nil }
        }
    }
}
