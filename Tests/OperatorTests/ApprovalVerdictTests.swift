import Testing
import Values

@testable import Operator

/// What answers amount to, whoever gives them and whenever.
@Suite struct ApprovalVerdictTests {
    private let now = Timestamp(seconds: 1_767_268_800)
    private let digest = "sha256:" + String(repeating: "a", count: 64)

    private func answer(
        _ user: String, _ decision: String = "approve", _ more: JSONObject = [:]
    ) -> JSON {
        var answer: JSONObject = [
            "user": .string(user), "decision": .string(decision), "digest": .string(digest),
        ]
        answer.merge(more)
        return .object(answer)
    }

    private func verdict(_ answers: [JSON], _ more: JSONObject = [:]) -> ApprovalVerdict {
        var spec: JSONObject = ["digest": .string(digest), "decisions": .array(answers)]
        spec.merge(more)
        return ApprovalVerdict(.object(spec), now: now)
    }

    @Test func `it waits until the quorum is reached`() {
        #expect(verdict([]).phase == .pending)
        #expect(verdict([answer("ada")], ["quorum": 2]).phase == .pending)
        let reached = verdict([answer("bob"), answer("ada")], ["quorum": 2])
        #expect(reached.phase == .approved)
        #expect(reached.approvers == ["ada", "bob"])
    }

    @Test func `one user counts once`() {
        let twice = verdict([answer("ada"), answer("ada")], ["quorum": 2])
        #expect(twice.phase == .pending)
        #expect(twice.approvers == ["ada"])
    }

    @Test func `one rejection ends it, whatever the quorum`() {
        let rejected = verdict(
            [answer("ada"), answer("bob", "reject", ["comment": "not on a Friday"])],
            ["quorum": 1])
        #expect(rejected.phase == .rejected)
        #expect(rejected.message == "rejected by bob: not on a Friday")
    }

    @Test func `an answer to something else does not count`() {
        let other = "sha256:" + String(repeating: "b", count: 64)
        for wrong: JSON in [.string(other), .null] {
            let verdict = verdict([answer("ada", "approve", ["digest": wrong])])
            #expect(verdict.phase == .pending)
            #expect(verdict.ignored.map(\.user) == ["ada"])
        }
        #expect(verdict([answer("ada", "reject", ["digest": .string(other)])]).phase == .pending)
    }

    @Test func `only those who are asked count, by name or by group`() {
        let asked: JSONObject = ["approvers": ["users": ["ada"], "groups": ["release"]]]
        #expect(verdict([answer("eve")], asked).phase == .pending)
        #expect(verdict([answer("eve", "reject")], asked).phase == .pending)
        #expect(verdict([answer("ada")], asked).phase == .approved)
        #expect(
            verdict([answer("bob", "approve", ["groups": ["release"]])], asked).phase == .approved)
    }

    @Test func `the default answers once the deadline has passed`() {
        let past = now + .seconds(-1)
        let reject = verdict([], ["deadline": .string(past.description)])
        #expect(reject.phase == .rejected)
        #expect(reject.reason == "DeadlinePassed")
        let approve = verdict(
            [], ["deadline": .string(past.description), "default": "approve"])
        #expect(approve.phase == .approved)
        #expect(approve.approvers.isEmpty)
        let ahead = now + .seconds(1)
        #expect(verdict([], ["deadline": .string(ahead.description)]).phase == .pending)
    }

    @Test func `an answer after the deadline does not count`() {
        let past = now + .seconds(-10)
        let late = answer("ada", "approve", ["time": .string((now + .seconds(-5)).description)])
        #expect(verdict([late], ["deadline": .string(past.description)]).phase == .rejected)
        let timely = answer("ada", "approve", ["time": .string((now + .seconds(-20)).description)])
        #expect(verdict([timely], ["deadline": .string(past.description)]).phase == .approved)
    }
}
