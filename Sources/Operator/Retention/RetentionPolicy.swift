import Values

/// How long ended runs are kept, by how they ended.
///
/// A bound that is nil does not hold: without any, nothing is ever deleted.
public struct RetentionPolicy: Sendable, Hashable {
    /// The bounds for runs of one kind of end.
    public struct Bounds: Sendable, Hashable {
        /// How long a run is kept after its end.
        public var maximumAge: Duration?
        /// How many runs of one workflow are kept, the newest.
        public var maximumCount: Int?

        /// Makes bounds.
        public init(maximumAge: Duration? = nil, maximumCount: Int? = nil) {
            self.maximumAge = maximumAge
            self.maximumCount = maximumCount
        }

        /// Reads an age, a count, or both with a comma between: `7d`, `1000`, `7d,1000`; nil where it is
        /// none of these.
        public init?(parsing text: String) {
            let parts = text.split(separator: ",", omittingEmptySubsequences: false)
            guard (1...2).contains(parts.count) else { return nil }
            for part in parts {
                if let count = Int(part), count >= 0, maximumCount == nil {
                    maximumCount = count
                } else if let age = Duration(parsing: String(part)), maximumAge == nil {
                    maximumAge = age
                } else {
                    return nil
                }
            }
        }

        /// Bounds that nothing passes.
        public static let none = Bounds()
    }

    /// For runs that completed.
    public var completed: Bounds
    /// For runs that ended in any other way.
    public var failed: Bounds
    /// How long a dead letter is kept after its failure; nil keeps it.
    public var deadLetters: Duration?

    /// Makes a policy.
    public init(
        completed: Bounds = .none, failed: Bounds = .none, deadLetters: Duration? = nil
    ) {
        self.completed = completed
        self.failed = failed
        self.deadLetters = deadLetters
    }

    /// Keeps everything.
    public static let none = RetentionPolicy()

    /// Whether any run may ever go by it.
    var hasBounds: Bool { completed != .none || failed != .none }

    /// The policy with what a definition's `retention` says in place of its own bounds.
    func overridden(by retention: JSON?) -> RetentionPolicy {
        guard let retention else { return self }
        var policy = self
        if let given = retention["completed"] { policy.completed = Bounds(given) }
        if let given = retention["failed"] { policy.failed = Bounds(given) }
        return policy
    }
}

extension RetentionPolicy.Bounds {
    fileprivate init(_ json: JSON) {
        switch json["maxAge"] {
        case .string(let text)?: maximumAge = Duration(parsing: text)
        case .integer(let seconds)? where seconds >= 0: maximumAge = .seconds(seconds)
        default: maximumAge = nil
        }
        maximumCount = json["maxCount"]?.integerValue.flatMap { $0 >= 0 ? Int($0) : nil }
    }
}
