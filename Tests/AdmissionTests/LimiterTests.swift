import Admission
import TestSupport
import Testing

/// Token buckets, retry budgets and windows against the plainest way to count.
@Suite struct LimiterTests {
    @Test func `a bucket gives its capacity at once and then its rate`() {
        var bucket = TokenBucket(perMinute: 60, at: .zero)
        #expect(bucket.level(at: .zero) == 60)
        bucket.take(60, at: .zero)
        #expect(bucket.level(at: .zero) == 0)
        #expect(bucket.available(1, at: .zero) == .seconds(1))
        #expect(bucket.level(at: .seconds(10)) == 10)
        #expect(bucket.level(at: .seconds(3600)) == 60)
    }

    @Test func `what is taken beyond what there is must be waited for`() {
        var bucket = TokenBucket(perMinute: 60, at: .zero)
        bucket.take(90, at: .zero)
        #expect(bucket.level(at: .zero) == -30)
        #expect(bucket.available(1, at: .zero) == .seconds(31))
        bucket.take(-30, at: .zero)
        #expect(bucket.available(1, at: .zero) == .seconds(1))
    }

    @Test func `a bucket believes who says that less is left, and not who says more`() {
        var bucket = TokenBucket(perMinute: 60, at: .zero)
        bucket.observe(remaining: 5, at: .zero)
        #expect(bucket.level(at: .zero) == 5)
        bucket.observe(remaining: 50, at: .zero)
        #expect(bucket.level(at: .zero) == 5)
    }

    @Test func `every small history of a bucket is that of counting`() {
        // Steps: take one where there is one, take two, wait half an interval, wait two.
        for limit in [1, 3] as [Int64] {
            let interval = 60_000_000_000 / limit
            for history in 0..<4096 {
                var bucket = TokenBucket(perMinute: limit, at: .zero)
                var now: Int64 = 0
                // The same in exact integers: nanoseconds of credit.
                var credit = limit * interval
                var rest = history
                for _ in 0..<6 {
                    switch rest % 4 {
                    case 0 where bucket.available(1, at: .nanoseconds(now)) <= .nanoseconds(now):
                        bucket.take(1, at: .nanoseconds(now))
                        credit -= interval
                    case 0: #expect(credit < interval)
                    case 1:
                        bucket.take(2, at: .nanoseconds(now))
                        credit -= 2 * interval
                    case 2:
                        now += interval / 2
                        credit = min(limit * interval, credit + interval / 2)
                    default:
                        now += 2 * interval
                        credit = min(limit * interval, credit + 2 * interval)
                    }
                    rest /= 4
                    let whole =
                        credit >= 0 ? credit / interval : -((-credit + interval - 1) / interval)
                    guard bucket.level(at: .nanoseconds(now)) == whole else {
                        Issue.record("limit \(limit), history \(history)")
                        return
                    }
                }
            }
        }
    }

    @Test func `repetitions stay a small part of all requests`() {
        for seed in 0..<50 {
            var random = SeededRandom(seed: UInt64(seed))
            let policy = RetryBudget.Policy(ratio: 0.1, minimumPerSecond: 2, capacity: 10)
            var budget = RetryBudget(policy: policy, at: .zero)
            var now = Duration.zero
            var successes = 0
            var retries = 0
            for _ in 0..<2000 {
                switch random.below(4) {
                case 0:
                    successes += 1
                    budget.deposit(at: now)
                case 1: now += .milliseconds(random.below(100))
                default:
                    guard budget.available(at: now) <= now else { continue }
                    retries += 1
                    budget.withdraw(at: now)
                }
            }
            let seconds = Double(now.components.seconds + 1)
            #expect(Double(retries) <= 10 + 0.1 * Double(successes) + 2 * seconds)
        }
    }

    @Test func `a repetition comes even where nothing ever succeeds`() {
        var budget = RetryBudget(policy: .init(minimumPerSecond: 0.5, capacity: 1), at: .zero)
        budget.withdraw(at: .zero)
        #expect(budget.available(at: .zero) == .seconds(2))
        #expect(budget.available(at: .seconds(2)) == .seconds(2))
    }

    @Test func `a window counts what is within it, give or take one part`() {
        for seed in 0..<50 {
            var random = SeededRandom(seed: UInt64(seed))
            var window = RequestWindow(length: .seconds(10))
            var all: [(at: Duration, isSuccess: Bool)] = []
            // A monotonic clock may begin anywhere.
            var now = Duration.seconds(random.below(1000))
            for _ in 0..<300 {
                now += .milliseconds(random.below(500))
                let isSuccess = random.below(3) > 0
                window.add(isSuccess: isSuccess, at: now)
                all.append((now, isSuccess))
                let counts = window.counts(at: now)
                let least = all.filter { $0.at > now - .seconds(9) }.count
                let most = all.filter { $0.at > now - .seconds(10) }.count
                #expect(counts.total >= least && counts.total <= most)
            }
            #expect(window.counts(at: now + .seconds(11)).total == 0)
        }
    }

    @Test func `a percentile is at most a quarter more than the measure`() throws {
        for milliseconds in [1, 2, 3, 5, 9, 17, 100, 999, 1000, 12_345, 600_000] {
            var window = RequestWindow(length: .seconds(60), measuresLatency: true)
            for _ in 0..<99 {
                window.add(isSuccess: true, latency: .milliseconds(milliseconds), at: .zero)
            }
            window.add(isSuccess: true, latency: .seconds(4000), at: .zero)
            let p99 = try #require(window.percentile(0.99, at: .zero))
            #expect(p99 >= .milliseconds(milliseconds))
            #expect(p99 <= .milliseconds(milliseconds + max(1, milliseconds / 4)))
            #expect(try #require(window.percentile(1, at: .zero)) >= .seconds(4000))
        }
        #expect(RequestWindow(length: .seconds(1)).percentile(0.5, at: .zero) == nil)
    }
}
