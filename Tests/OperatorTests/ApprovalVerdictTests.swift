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

    /// What it amounts to where people have left all but the answers as it was.
    private func verdict(_ answers: [JSON], _ more: JSONObject = [:]) -> ApprovalVerdict {
        let spec = asking(answers, more)
        return ApprovalVerdict(spec, status: ["question": AskedQuestion.of(spec)], now: now)
    }

    private func asking(_ answers: [JSON], _ more: JSONObject = [:]) -> JSON {
        var spec: JSONObject = ["digest": .string(digest), "decisions": .array(answers)]
        spec.merge(more)
        return .object(spec)
    }

    /// A question to two of two, which ada has answered, and what was noted of it.
    private var half: (spec: JSON, status: JSON) {
        let spec = asking(
            [answer("ada")],
            [
                "message": "Deploy?", "payload": ["env": "prod"], "quorum": 2,
                "approvers": ["users": ["ada", "bob"]], "task": "sign-off",
            ])
        return (spec, ["question": AskedQuestion.of(spec), "approvers": ["ada"]])
    }

    @Test(
        arguments: [
            ("message", "harmless?"), ("payload", ["env": "staging"]), ("quorum", 1),
            ("approvers", nil), ("digest", "sha256:0"), ("task", "other"),
            ("deadline", "2020-01-01T00:00:00Z"), ("default", "approve"),
        ] as [(String, JSON?)])
    func `while what was asked is changed no answer counts, and it says which field`(
        field: String, value: JSON?
    ) {
        var spec = half.spec
        let both = [answer("ada"), answer("bob"), answer("eve", "reject")]
        spec["decisions"] = .array(both.map { $0 })
        spec[field] = value
        let tampered = ApprovalVerdict(spec, status: half.status, now: now)
        #expect(tampered.phase == .pending)
        #expect(tampered.reason == "QuestionChanged")
        #expect(tampered.message.contains("spec.\(field)"), "\(tampered.message)")
        #expect(tampered.quorum == 2)
        #expect(tampered.counted == 0)
        #expect(tampered.deadline == nil)
    }

    @Test func `once it is put back, only what came meanwhile has to be answered again`() {
        var spec = half.spec
        spec["decisions"] = [answer("ada"), answer("bob")]
        var tampered = spec
        tampered["payload"] = ["env": "staging"]
        var status = half.status
        for _ in 0..<2 {
            let verdict = ApprovalVerdict(tampered, status: status, now: now)
            status["approvers"] = .array(verdict.approvers.map { .string($0) })
            status["voided"] = .array(verdict.voided.map { .string($0) })
        }
        let back = ApprovalVerdict(spec, status: status, now: now)
        #expect(back.phase == .pending)
        #expect(back.approvers == ["ada"])
        #expect(back.ignored.map(\.user) == ["bob"])
        spec["decisions"] = [answer("ada"), answer("bob", "approve", ["comment": "again"])]
        #expect(ApprovalVerdict(spec, status: status, now: now).phase == .approved)
    }

    @Test func `what was asked ends at its deadline, whatever the spec says by then`() {
        let past = now + .seconds(-1)
        var spec = asking([], ["deadline": .string(past.description)])
        let status: JSON = ["question": AskedQuestion.of(spec)]
        spec["deadline"] = .string((now + .seconds(3600)).description)
        spec["default"] = "approve"
        let verdict = ApprovalVerdict(spec, status: status, now: now)
        #expect(verdict.phase == .rejected)
        #expect(verdict.reason == "DeadlinePassed")
    }

    @Test func `a payload that the API server writes otherwise is the same`() {
        let asked = asking([], ["payload": ["share": .double(1)]])
        let stored = asking([answer("ada")], ["payload": ["share": 1]])
        let status: JSON = ["question": AskedQuestion.of(asked)]
        #expect(ApprovalVerdict(stored, status: status, now: now).phase == .approved)
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
