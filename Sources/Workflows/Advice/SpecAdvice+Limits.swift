import Values

extension SpecAdvice {
    // MARK: Time limits

    /// Tells time limits that never count, as one around them is shorter.
    mutating func adviseOnLimits(of task: JSON, at place: JSONPath, runLimit: Duration?) {
        guard let runLimit else { return }
        for name in ["totalTimeout", "timeout"] {
            guard let limit = SpecAdvice.duration(task[name]), limit > runLimit else { continue }
            tellLimit(limit, name, longerThan: runLimit, of: "the run", at: place)
        }
    }

    private mutating func tellLimit(
        _ limit: Duration, _ name: String, longerThan other: Duration, of what: String,
        at place: JSONPath
    ) {
        report(
            .longTimeout, "\(name) (\(limit.text)) is longer than that of \(what) (\(other.text))",
            at: place.key(name), help: "make it shorter, or the other longer")
    }

    // MARK: Retries

    /// Tells retry policies that never lead to another attempt.
    mutating func adviseOnRetries(of task: JSON, at place: JSONPath, runLimit: Duration?) {
        guard let policy = task["retryPolicy"]?.objectValue else { return }
        var location: JSONPath { place.key("retryPolicy") }
        let attempts = policy["maxAttempts"]?.integerValue ?? 3
        if attempts == 1, policy["perError"] == nil {
            let waits = ["initialInterval", "maxInterval", "backoffMultiplier", "jitter"]
            let others = waits + ["retryableErrors", "retryIf"]
            guard let name = others.first(where: { policy[$0] != nil }) else { return }
            report(
                .uselessRetry, "\(name) never counts, as maxAttempts is 1", at: location.key(name),
                isAboutKey: true, help: "raise maxAttempts, or remove it")
            return
        }
        if task["type"] == "transform" {
            report(
                .uselessRetry,
                "a transform that failed fails again, as nothing else can come of it",
                at: location, isAboutKey: true, help: "remove the policy")
            return
        }
        if policy["retryableErrors"]?.arrayValue?.isEmpty == true, policy["retryIf"] == nil,
            policy["perError"] == nil
        {
            report(
                .uselessRetry, "no type of error is retried, as the list is empty",
                at: location.key("retryableErrors"), help: "name some, or remove the list")
            return
        }
        let limits = [SpecAdvice.duration(task["totalTimeout"]), runLimit].compactMap { $0 }
        guard let limit = limits.min() else { return }
        // Jitter may shorten the wait, and never lengthens it.
        let jitter = min(1, max(0, policy["jitter"]?.doubleValue ?? 0.1))
        if let wait = SpecAdvice.duration(policy["initialInterval"]),
            Double(wait.nanoseconds) * (1 - jitter) >= Double(limit.nanoseconds)
        {
            report(
                .uselessRetry,
                "the second attempt would start after \(wait.text), and all must end"
                    + " within \(limit.text)", at: location.key("initialInterval"),
                help: "make the wait shorter")
        }
    }
}
