import Engine
import TestSupport
import Testing
import Values
import Workflows

/// Long runs of larger graphs under everything at once: attempts that end in any order, late and
/// repeated events, pauses, cancels, writes that are lost or whose answer is, and crashes.
///
/// Then the faults stop, and the run must come to the end that the reference says.
@Suite struct RandomWalkTests {
    private struct Walk: ~Copyable {
        var random: SeededRandom
        var world: SmallWorld
        var observed: ObservedRun
        /// Attempts that were launched at some time, whether or not they are of any concern now.
        var ghosts: [AttemptReference] = []
        var sequences: [Int64] = [0]
        /// Whether every step goes into the trace, which costs more than the step.
        let isTraced: Bool
        var trace: UInt64 = 0xCBF2_9CE4_8422_2325

        init(seed: UInt64, isTraced: Bool = false, asksForAdmission: Bool = false) throws {
            self.isTraced = isTraced
            var random = SeededRandom(seed: seed)
            let count = Int.random(in: 1...12, using: &random)
            let graph = SmallGraph(
                dependencies: (0..<count).map { task in
                    (0..<task).filter { _ in random.chance(30) }
                })
            let behaviours = (0..<count).map { _ in
                let roll = Int.random(in: 0..<10, using: &random)
                return Behaviour(rawValue: roll < 4 ? roll : roll < 6 ? 2 : 0) ?? .succeeds
            }
            world = try SmallWorld(
                graph, behaviours, onFailure: random.chance(50) ? .fail : .continue)
            world.asksForAdmission = asksForAdmission
            self.random = random
            observed = ObservedRun(world)
        }

        mutating func walk(steps: Int) throws {
            for _ in 0..<steps where observed.run.finished == nil {
                try disturb()
                record()
            }
            if observed.desired == .paused { observed.send(.desiredStateChanged(.running)) }
            try observed.finish()
            record()
        }

        private mutating func disturb() throws {
            if let sequence = observed.run.write?.sequence { sequences.append(sequence) }
            ghosts += observed.run.executing.map(\.reference)
            if world.asksForAdmission { answerRequests() }
            switch Int.random(in: 0..<100, using: &random) {
            case 0..<35 where observed.run.write != nil: observed.acknowledge()
            case 35..<60 where !observed.run.executing.isEmpty:
                observed.endAttempt(
                    at: Int.random(in: observed.run.executing.indices, using: &random))
            case 60..<70: try observed.fireTimer()
            case 70..<74: observed.send(.timerFired)
            case 74..<80: observed.loseWrite(isApplied: random.chance(50))
            case 80..<85:
                if let ghost = ghosts.randomElement(using: &random),
                    !observed.run.executing.contains(where: { $0.reference == ghost })
                {
                    observed.send(.attemptFinished(ghost, .succeeded(outputs: ["ghost": true])))
                }
            case 85..<88:
                if let old = sequences.randomElement(using: &random),
                    old != observed.run.write?.sequence
                {
                    observed.send(.checkpointAcknowledged(sequence: old))
                    observed.send(.checkpointFailed(sequence: old, retryAfter: .zero))
                }
            case 88..<93:
                observed.send(.desiredStateChanged(random.chance(50) ? .paused : .running))
            case 93: if random.chance(20) { observed.send(.desiredStateChanged(.cancelled)) }
            case 94..<98: try crash()
            default: observed.send(.start)
            }
        }

        /// Admits one that waits, tells one why it waits, or admits one that nobody asked for.
        private mutating func answerRequests() {
            guard let request = observed.run.requests.randomElement(using: &random) else { return }
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<4: observed.send(.attemptAdmitted(request.reference))
            case 4: observed.send(.attemptQueued(request.reference, message: "waits"))
            case 5:
                if let ghost = ghosts.randomElement(using: &random) {
                    observed.run.send(.attemptAdmitted(ghost))
                    observed.run.send(.attemptQueued(ghost, message: "waits"))
                }
            default: break
            }
        }

        private mutating func crash() throws {
            let write = observed.run.write?.status
            let status = random.chance(50) ? observed.run.stored : write ?? observed.run.stored
            let later = observed.run.now + .milliseconds(Int.random(in: 0...5000, using: &random))
            let (observer, desired) = (observed.observer, observed.desired)
            observed = try ObservedRun(
                world, resuming: status, observer, at: later, desired: desired)
        }

        private mutating func record() {
            guard isTraced else { return }
            for byte in observed.run.machine.statusJSON().bytes {
                trace = (trace ^ UInt64(byte)) &* 0x100_0000_01B3
            }
            for byte in "\(observed.run.actions.suffix(8))".utf8 {
                trace = (trace ^ UInt64(byte)) &* 0x100_0000_01B3
            }
        }

        mutating func check(_ seed: UInt64) {
            if observed.observer.isCancelRequested {
                if observed.run.finished != .cancelled {
                    observed.observer.note("law 18: ended \(observed.run.machine.phase)")
                }
            } else if observed.run.finished != .cancelled {
                observed.checkEnd()
            }
            var status = observed.run.stored
            status["inputs"] = nil
            if status != observed.run.machine.statusJSON() {
                observed.observer.note("the patches do not add up to the status")
            }
            observed.report("seed \(seed)")
        }
    }

    @Test(arguments: 0..<8)
    func `laws 1, 4, 7, 9 to 14 and 18: no walk breaks them`(part: UInt64) throws {
        for seed in (part * 250)..<(part * 250 + 250) {
            var walk = try Walk(seed: seed)
            try walk.walk(steps: 120)
            walk.check(seed)
        }
    }

    @Test(arguments: 0..<4)
    func `the same laws with attempts that wait to be admitted`(part: UInt64) throws {
        for seed in (50_000 + part * 250)..<(50_000 + part * 250 + 250) {
            var walk = try Walk(seed: seed, asksForAdmission: true)
            try walk.walk(steps: 120)
            walk.check(seed)
        }
    }

    @Test func `law 37: one seed has one trace`() throws {
        for seed in UInt64(0)..<40 {
            var first = try Walk(seed: seed, isTraced: true)
            try first.walk(steps: 120)
            var second = try Walk(seed: seed, isTraced: true)
            try second.walk(steps: 120)
            #expect(first.trace == second.trace, "seed \(seed)")
        }
    }
}
