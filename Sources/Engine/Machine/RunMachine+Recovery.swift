internal import Values
internal import Workflows

/// How a run was ending, where its status does not say it any more.
///
/// `reason` is what it goes on from. Releases before `status.waiting` wrote over it why a run waited
/// for repair, and people edit statuses. All of it follows from the tasks as well: one that fails the
/// run ends it in the same write, and the tasks of `finally` are stored as soon as they are opened. So
/// what is stored otherwise is put right, and any other status is left as it is.
extension RunMachine {
    /// Puts right how a rebuilt run ends, by what its tasks say of that.
    ///
    /// O(tasks of the workflow).
    mutating func recoverEnding() {
        guard run.phase == .running || run.phase == .paused else { return }
        if let decision = run.decision {
            let isFinal = instancesByPrefix[finallyPrefix].map { instances[$0].role == .finally }
            let isUndoing = isFinal != true && decision.phase == .rolledBack
            run.stage = isUndoing ? .rollback : .finally
            let reason = isUndoing ? RunReason.compensating : RunReason.finalizing
            guard run.ending == nil, run.reason != reason else { return }
            tell(reason, decision.message)
        } else if run.ending != nil {
            return
        } else if let failed = firstFailure {
            let (program, index) = place(of: failed)
            let action = program.tasks[index].failureAction
            let ending = action == .rollback ? Ending.rollingBack : .failing
            run.ending = ending
            let detail = details[failed]
            let text =
                "task '\(path(of: failed))' failed: \(detail?.errorType ?? ""):"
                + " \(detail?.errorMessage ?? "")"
            tell(ending.rawValue, text.cut(toBytes: TextLimits.runMessage))
        } else if run.reason != nil {
            // A run that goes on has none.
            tell(nil, nil)
        }
    }

    private mutating func tell(_ reason: String?, _ message: String?) {
        run.reason = reason
        run.message = message
        ledger.noteChange()
        ledger.hurry()
    }

    /// The task of the workflow that ended first of those whose failure ends the run.
    private var firstFailure: Int? {
        let failed = instances[0].range.filter { task in
            guard tasks[task].phase == .failed || tasks[task].phase == .timedOut else {
                return false
            }
            return instances[0].program.tasks[task].failureAction != .continue
        }
        return failed.min {
            (tasks[$0].completed?.nanoseconds ?? 0, $0) < (
                tasks[$1].completed?.nanoseconds ?? 0, $1
            )
        }
    }
}
