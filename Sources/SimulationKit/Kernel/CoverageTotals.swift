import Engine

/// All that can happen of each kind, so that what did not happen has a name.
extension Coverage {
    /// Everything that a table can hold, in order.
    public static func possible(_ table: Table) -> [String] {
        switch table {
        case .run: PhaseStep<RunPhase>.legal.map(\.name)
        case .task: PhaseStep<TaskPhase>.legal.map(\.name)
        case .write: WriteKind.all
        case .kill:
            WriteKind.all.flatMap { kind in Fault.kills.map { "\(kind) x \($0.rawValue)" } }
        case .event:
            ["ADDED", "MODIFIED", "DELETED"].flatMap { kind in
                Fault.events.map { "\(kind) x \($0.rawValue)" }
            }
        case .fault: Fault.allCases.map(\.rawValue)
        case .user: UserAction.allCases.map(\.rawValue)
        case .attempt: AttemptStep.possibleEnds
        case .stream: StreamCoverage.streams
        case .file: StreamCoverage.files
        }
    }

    /// What a table could hold and simulations cannot reach, and why.
    public static let unreachable: [Table: [String: String]] = [
        .task: [
            "WaitingApproval -> InDoubt":
                "an approval is found again by its name, so its fate is never unknown"
        ]
    ]

    /// How much of what a table can hold happened, and what did not.
    public func total(_ table: Table) -> (hit: Int, of: Int, missing: [String]) {
        let counts = tables[table] ?? [:]
        let reasons = Coverage.unreachable[table] ?? [:]
        let possible = Coverage.possible(table).filter { reasons[$0] == nil }
        let missing = possible.filter { counts[$0] == nil }
        return (possible.count - missing.count, possible.count, missing)
    }

    /// What happened although it is said that it cannot.
    public func unexpected(_ table: Table) -> [String] {
        let possible = Set(Coverage.possible(table))
        let reasons = Coverage.unreachable[table] ?? [:]
        return (tables[table] ?? [:]).keys.filter {
            !possible.contains($0) || reasons[$0] != nil
        }.sorted()
    }
}
