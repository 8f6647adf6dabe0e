import Testing
import Workflows

@Suite struct RetryPolicyTests {
    @Test func `waits grow up to the longest`() {
        let policy = RetryPolicy(
            maxAttempts: 10, initialInterval: .seconds(1), maxInterval: .seconds(10),
            backoffMultiplier: 3, jitter: 0)
        let waits = (1...5).map { policy.delay(afterAttempt: $0, sample: 0.7) }
        #expect(waits == [.seconds(1), .seconds(3), .seconds(9), .seconds(10), .seconds(10)])
    }

    @Test func `jitter shortens a wait by at most its part, and a request for more is obeyed`() {
        let policy = RetryPolicy(initialInterval: .seconds(10), jitter: 0.5)
        #expect(policy.delay(afterAttempt: 1, sample: 0) == .seconds(10))
        #expect(policy.delay(afterAttempt: 1, sample: 1) == .seconds(5))
        #expect(policy.delay(afterAttempt: 1, sample: 1, retryAfter: .seconds(30)) == .seconds(30))
    }

    @Test func `only as many attempts are made, and only for errors that allow it`() {
        let error = TaskError(type: "RateLimitError", message: "slow down", isRetryable: true)
        let final = TaskError.invalid("no url")
        var policy = RetryPolicy(maxAttempts: 3)
        #expect(policy.allowsRetry(after: error, attempts: 2))
        #expect(!policy.allowsRetry(after: error, attempts: 3))
        #expect(!policy.allowsRetry(after: final, attempts: 1))
        policy.retryableErrors = ["TimeoutError"]
        #expect(!policy.allowsRetry(after: error, attempts: 1))
        policy.retryableErrors = ["ValidationError"]
        #expect(policy.allowsRetry(after: final, attempts: 1))
    }
}
