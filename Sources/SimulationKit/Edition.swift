extension Simulation {
    /// What simulations knew of when a seed was found: later ones draw more, so that it stands for
    /// another history, and with its edition for its own.
    public enum Edition: Int, Sendable, Hashable, CaseIterable, Comparable {
        /// Runs, definitions and people.
        case first = 1
        /// Streams as well.
        case streams = 2
        /// Repositories as well.
        case repositories = 3
        /// Streams of commands and of responses as well.
        case sources = 4
        /// Waits, containers and retries with deadlines as well.
        case deadlines = 5

        /// All there is.
        public static let latest = Edition.deadlines

        /// By age.
        public static func < (first: Edition, second: Edition) -> Bool {
            first.rawValue < second.rawValue
        }

        var hasStreams: Bool { self >= .streams }
        var hasRepositories: Bool { self >= .repositories }
        var hasSources: Bool { self >= .sources }
        var hasDeadlines: Bool { self >= .deadlines }
    }
}
