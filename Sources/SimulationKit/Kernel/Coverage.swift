import Engine
import Synchronization
public import Values

/// Which kinds of things happened in simulations, and how often.
public struct Coverage: Sendable, Hashable {
    /// What is counted by itself.
    public enum Table: String, Sendable, Hashable, CaseIterable {
        /// Steps of runs from phase to phase.
        case run
        /// Steps of tasks from phase to phase.
        case task
        /// Writes by kind.
        case write
        /// Writes by kind and where the process died around them.
        case kill
        /// Events of watches by kind and what became of them.
        case event
        /// Faults of all kinds.
        case fault
        /// What users did.
        case user
        /// Ends of attempts.
        case attempt
        /// What became of streams.
        case stream
        /// Operations on the files of streams and what went wrong with them.
        case file
    }

    /// How often each thing happened.
    public var tables: [Table: [String: Int]] = [:]

    /// Makes an empty one.
    public init() {}

    /// Reads one from ``json``.
    public init(json: JSON) {
        for table in Table.allCases {
            for (name, count) in json[table.rawValue]?.objectValue ?? [:] {
                tables[table, default: [:]][name] = Int(count.integerValue ?? 0)
            }
        }
    }

    /// The counts as JSON.
    public var json: JSON {
        .object(
            JSONObject(
                tables.map { table, counts in
                    (
                        table.rawValue,
                        .object(JSONObject(counts.map { ($0.key, .integer(Int64($0.value))) }))
                    )
                }))
    }

    /// Adds what another one counted.
    public mutating func merge(_ other: Coverage) {
        for (table, counts) in other.tables {
            tables[table, default: [:]].merge(counts, uniquingKeysWith: +)
        }
    }
}

/// The coverage of a simulation under way.
final class CoverageCounter: Sendable {
    private let counts = Mutex(Coverage())

    var coverage: Coverage { counts.withLock { $0 } }

    func hit(_ table: Coverage.Table, _ name: String) {
        counts.withLock { $0.tables[table, default: [:]][name, default: 0] += 1 }
    }

    /// Notes the steps from phase to phase that the engine took.
    func note(_ steps: TransitionSet) {
        guard !steps.isEmpty else { return }
        for step in steps.runSteps { hit(.run, step.name) }
        for step in steps.taskSteps { hit(.task, step.name) }
    }
}

extension PhaseStep where Phase: RawRepresentable<String> {
    /// The step as tables name it.
    var name: String { "\(from.rawValue) -> \(to.rawValue)" }
}
