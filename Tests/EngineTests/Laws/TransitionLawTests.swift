import Testing
import Values
import Workflows

@testable import Engine

/// The tables of phases, pair by pair, and what becomes of a machine that steps outside of them.
@Suite struct TransitionLawTests {
    /// Where a run may go from each of its phases.
    private static let runs: [RunPhase: Set<RunPhase>] = [
        .pending: [.running, .failed, .cancelled],
        .running: [.paused, .completed, .failed, .cancelled, .timedOut, .rolledBack],
        .paused: [.running],
    ]

    /// Where a task may go from each of its phases.
    private static let tasks: [TaskPhase: Set<TaskPhase>] = [
        .pending: [.ready, .completed, .failed, .skipped, .cancelled],
        .waiting: [
            .ready, .retrying, .completed, .failed, .skipped, .cancelled, .timedOut,
        ],
        .ready: [
            .launching, .running, .waiting, .retrying, .completed, .failed, .skipped, .cancelled,
            .timedOut,
        ],
        .launching: [
            .running, .waitingApproval, .ready, .inDoubt, .completed, .failed, .skipped, .cancelled,
        ],
        .running: [
            .ready, .retrying, .inDoubt, .completed, .failed, .skipped, .cancelled, .timedOut,
        ],
        .waitingApproval: [
            .ready, .retrying, .inDoubt, .completed, .failed, .skipped, .cancelled, .timedOut,
        ],
        .retrying: [.ready, .completed, .skipped, .cancelled],
        .inDoubt: [.ready, .completed, .failed, .skipped, .cancelled],
    ]

    private static let now = TestRun.start

    private static func plan() throws -> WorkflowPlan {
        try TestPlan.make([TestTask("a")])
    }

    private static func machine() throws -> RunMachine {
        RunMachine(plan: try plan(), identity: TestRun.identity, inputs: [:])
    }

    @Test func `law 10: every pair of phases of runs is legal or not, as listed`() throws {
        for from in RunPhase.allCases {
            for next in RunPhase.allCases {
                let isLegal = Self.runs[from]?.contains(next) == true
                #expect(from.mayBecome(next) == isLegal, "\(from.rawValue) to \(next.rawValue)")
                var machine = try Self.machine()
                machine.run.phase = from
                machine.moveRun(to: next, "Because", at: Self.now)
                let (phase, fault) = (machine.phase, machine.fault)
                #expect(phase == (isLegal ? next : from))
                #expect((fault == nil) == isLegal)
            }
        }
    }

    @Test func `law 10: every pair of phases of tasks is legal or not, as listed`() throws {
        for from in TaskPhase.allCases {
            for next in TaskPhase.allCases {
                let isLegal = Self.tasks[from]?.contains(next) == true
                #expect(from.mayBecome(next) == isLegal, "\(from.rawValue) to \(next.rawValue)")
                var machine = try Self.machine()
                machine.tasks[0].phase = from
                machine.move(0, to: next)
                let (phase, fault) = (machine.phase(ofTask: "a"), machine.fault)
                #expect(phase == (isLegal ? next : from))
                #expect((fault == nil) == isLegal)
            }
        }
    }

    @Test func `an illegal step says from where, to where and why`() throws {
        var machine = try Self.machine()
        machine.move(0, to: .running)
        machine.moveRun(to: .paused, "PauseRequested", at: Self.now)
        let fault = machine.fault
        #expect(
            fault?.description
                == "task 'a' cannot go from Pending to Running: the table of task phases has no such"
                + " step")
        var other = try Self.machine()
        other.moveRun(to: .paused, "PauseRequested", at: Self.now)
        let second = other.fault
        #expect(
            second?.description
                == "the run cannot go from Pending to Paused: the table of run phases has no such"
                + " step (PauseRequested)")
    }

    @Test func `a machine that took an illegal step hears nothing and gives nothing`() throws {
        var machine = try Self.machine()
        var actions: [RunAction] = []
        machine.handle(.start, at: Self.now, into: &actions)
        #expect(actions.contains(.writeCheckpoint(sequence: 1)))
        machine.move(0, to: .waiting)
        actions = []
        let checkpoint = machine.takeCheckpoint()
        #expect(checkpoint == nil)
        machine.handle(.checkpointAcknowledged(sequence: 1), at: Self.now, into: &actions)
        machine.handle(.desiredStateChanged(.cancelled), at: Self.now, into: &actions)
        #expect(actions.isEmpty)
        let phase = machine.phase
        #expect(phase == .running)
    }

    /// What nothing but an edited status can say: the end of a run that has not started is decided.
    private static let edited: JSON = [
        "phase": "Pending", "checkpoint": ["sequence": 3], "inputs": [:],
        "decision": ["phase": "TimedOut", "reason": "RunTimeout", "message": ""],
    ]

    @Test func `a step that comes to an illegal one does nothing at all`() throws {
        var machine = try RunMachine(
            resuming: Self.edited, plan: Self.plan(), identity: TestRun.identity)
        var actions: [RunAction] = [.setTimer(Self.now)]
        machine.handle(.desiredStateChanged(.terminated), at: Self.now, into: &actions)
        machine.handle(.start, at: Self.now, into: &actions)
        let fault = machine.fault
        #expect(fault?.from == "Pending")
        #expect(fault?.to == "TimedOut")
        // What was asked for before the step is left.
        #expect(actions == [.setTimer(Self.now)])
    }

    @Test func `a run that no machine drives ends by the same table, and keeps its changes`() throws
    {
        let paused: JSON = [
            "phase": "Paused",
            "transitions": [
                [
                    "from": "Pending", "to": "Running", "reason": "Started",
                    "time": "2026-01-01T00:00:00Z",
                ]
            ],
        ]
        let ended = try RunHistory.ending(
            paused, as: .cancelled, reason: "TerminateRequested", at: Self.now)
        #expect(ended["phase"] == "Cancelled")
        let steps = ended["transitions"]?.arrayValue ?? []
        #expect(steps.map { $0["from"] } == ["Pending", "Paused", "Running"])
        #expect(steps.map { $0["to"] } == ["Running", "Running", "Cancelled"])
        #expect(steps.last?["reason"] == "TerminateRequested")
        let new = try RunHistory.ending([:], as: .failed, reason: "InvalidInputs", at: Self.now)
        #expect(new["transitions"]?.arrayValue?.count == 1)
        #expect(new["transitions"]?[0]?["from"] == "Pending")
        let again = #expect(throws: IllegalTransition.self) {
            try RunHistory.ending(
                ["phase": "Completed"], as: .cancelled, reason: "Cancelled", at: Self.now)
        }
        #expect(again?.from == "Completed")
        // A machine reads what was kept.
        let many = JSON.array(Array(repeating: steps[0], count: 25))
        let bounded = try RunHistory.ending(
            ["phase": "Running", "transitions": many], as: .cancelled, reason: "Cancelled",
            at: Self.now)
        #expect(bounded["transitions"]?.arrayValue?.count == 20)
        var status = JSON.object(bounded)
        status["inputs"] = [:]
        _ = try RunMachine(resuming: status, plan: Self.plan(), identity: TestRun.identity)
    }
}
