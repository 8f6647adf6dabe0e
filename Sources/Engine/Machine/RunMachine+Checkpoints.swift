internal import Values

/// What follows from the fate of a write.
extension RunMachine {
    /// A write is stored: the attempts it recorded may start (law 4), those it gave up are
    /// stopped, and an end it recorded is final.
    mutating func checkpointStored(
        _ sequence: Int64, at now: Timestamp, into actions: inout [RunAction]
    ) {
        let carriedEnd = ledger.carriesEnd
        guard ledger.acknowledge(sequence, releasing: &released) else { return }
        acknowledgeShards()
        tellProgress(into: &actions)
        for attempt in released.cancels { actions.append(.cancelAttempt(attempt)) }
        for place in released.attempts.indices {
            launch(released.attempts[place], at: now, into: &actions)
        }
        released.removeAll()
        if carriedEnd { finish(tellingUsers: true, into: &actions) }
    }

    /// A write failed, or may have: the next carries again what it did.
    mutating func checkpointFailed(_ sequence: Int64, retryAfter: Duration, at now: Timestamp) {
        guard let again = ledger.fail(sequence) else { return }
        for task in again { change(Int(task)) }
        returnProgress()
        // Nobody knows whether what was handed out arrived.
        run.changedFields = RunFields.large
        ledger.isHeld = true
        // A timer between two milliseconds would be due for the owner and not for the machine.
        let due = (now + max(.zero, retryAfter)).roundedToMilliseconds(.up)
        timers.set(TimerSlot.rewrite, to: due)
    }
}
