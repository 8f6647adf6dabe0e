/// How much sooner than others a request is let in.
///
/// A class is a head start: a request counts as having waited that much longer than it has. So
/// whatever waits grows older past any newcomer of a higher class, and nothing waits for ever; and
/// since all grow older alike, the order of two requests never changes while they wait.
public enum Priority: String, Sendable, Hashable, CaseIterable, Comparable {
    case low, normal, high, critical

    /// The head start: a request of this class goes before one of the lowest that came at most so
    /// much earlier.
    public var headStart: Duration {
        switch self {
        case .low: .zero
        case .normal: .seconds(60)
        case .high: .seconds(300)
        case .critical: .seconds(3600)
        }
    }

    /// The class of a number, as `WorkflowRun.spec.priority` gives one: 0 is normal, 100 critical.
    public init(number: Int64) {
        self =
            switch number {
            case ..<0: .low
            case 0: .normal
            case 1..<100: .high
            default: .critical
            }
    }

    /// Whether one class goes after the other.
    public static func < (first: Priority, second: Priority) -> Bool {
        first.headStart < second.headStart
    }
}
