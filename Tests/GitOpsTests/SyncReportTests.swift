import Kubernetes
import Testing
import Values

@testable import GitOps

/// What the status of a repository says after a sync.
@Suite struct SyncReportTests {
    private func report(_ failures: [SyncFailure]) -> SyncReport {
        SyncReport(
            revision: "main@sha1:1", inventory: [], failures: failures, applied: 1, pruned: 0)
    }

    private let refused = SyncFailure(path: "a.yaml", code: "E0101", message: "wrong")
    private let waiting = SyncFailure(
        path: "b.yaml", code: SyncFailure.transient, message: "the server did not answer")

    @Test func `law 33: a commit of which something is still to be written is not in force`() {
        #expect(report([]).appliedRevision == "main@sha1:1")
        #expect(report([refused]).appliedRevision == "main@sha1:1")
        #expect(report([waiting]).appliedRevision == nil)
        #expect(report([refused, waiting]).appliedRevision == nil)
        #expect(report([waiting]).attemptedRevision == "main@sha1:1")
    }

    @Test func `what will pass is tried again soon, also beside what will not`() {
        #expect(!report([waiting]).isSettled)
        #expect(!report([refused, waiting]).isSettled)
        #expect(report([refused]).isSettled)
        #expect(report([]).isSettled)
    }

    @Test func `what is kept from being pruned is told`() {
        let empty = report([]).withholding(2, for: nil)
        #expect(empty.problem?.reason == "NothingFound")
        #expect(empty.problem?.message.contains("2 objects") == true)
        #expect(empty.appliedRevision == nil)
        let unread = report([refused]).withholding(1, for: "b.yaml")
        #expect(unread.problem?.reason == "InvalidManifests")
        #expect(unread.problem?.message.contains("(1 object) until b.yaml can be read") == true)
        #expect(report([]).withholding(0, for: nil).problem == nil)
    }

    @Test func `a write that met another one is tried again`() {
        let conflict = KubernetesError(.conflict, "somebody else wrote it")
        let refusal = KubernetesError(.invalid, "no")
        #expect(
            SyncFailure(conflict, path: "a.yaml", doing: "apply").code == SyncFailure.transient)
        #expect(SyncFailure(refusal, path: "a.yaml", doing: "apply").code == "Refused")
    }
}
