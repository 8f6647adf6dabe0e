internal import POSIX
internal import Synchronization
internal import Values

/// What stops a fetch: its deadline, its cap of bytes, and the cancellation of its task.
///
/// libgit2 asks through its callbacks; the reason to stop is kept here, as it does not fit through
/// the code that a callback returns.
final class FetchControl: Sendable {
    /// The moment of the monotonic clock when the fetch must be over.
    let deadline: Duration
    private let url: GitURL
    private let maximumBytes: Int
    private let isCancelled = Atomic<Bool>(false)
    private let bytes = Atomic<Int>(0)
    private let reason = Mutex<GitError?>(nil)

    init(url: GitURL, deadline: Duration, maximumBytes: Int) {
        self.url = url
        self.deadline = SystemClock.monotonic() + deadline
        self.maximumBytes = maximumBytes
    }

    /// The bytes of packs received.
    var receivedBytes: Int { bytes.load(ordering: .relaxed) }

    /// The cap with room for what is around a pack; the cap itself is checked as bytes arrive.
    var maximumResponseBytes: Int {
        let (sum, overflow) = maximumBytes.addingReportingOverflow(GitLimits.advertisementBytes)
        return overflow ? .max : sum
    }

    /// The time that is left, zero at least.
    var remaining: Duration { max(deadline - SystemClock.monotonic(), .zero) }

    /// The first reason to stop that was found; nil where there is none.
    var failure: GitError? { reason.withLock { $0 } }

    func cancel() { isCancelled.store(true, ordering: .relaxed) }

    /// Keeps a reason to stop, unless there is one.
    func fail(_ error: GitError) {
        reason.withLock { if $0 == nil { $0 = error } }
    }

    /// Whether the fetch may go on, with so many bytes received.
    func mayContinue(receivedBytes: Int) -> Bool {
        bytes.store(receivedBytes, ordering: .relaxed)
        guard receivedBytes > maximumBytes else { return mayContinue() }
        fail(
            GitError(
                .tooLarge,
                "the fetch of \(url) passed its limit of \(maximumBytes) bytes: raise the limit, "
                    + "or move large files out of the repository"))
        return false
    }

    /// Whether the fetch may go on.
    func mayContinue() -> Bool {
        if isCancelled.load(ordering: .relaxed) {
            fail(GitError(.cancelled, "the fetch of \(url) was cancelled"))
        } else if SystemClock.monotonic() >= deadline {
            fail(timeout)
        }
        return failure == nil
    }

    /// Throws the reason to stop, where there is one.
    func check() throws(GitError) {
        _ = mayContinue()
        if let failure { throw failure }
    }

    var timeout: GitError {
        GitError(
            .timedOut,
            "the fetch of \(url) did not end in time: it is tried again, raise the timeout if it "
                + "keeps failing")
    }
}
