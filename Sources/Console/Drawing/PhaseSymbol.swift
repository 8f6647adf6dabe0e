/// How a phase of a run or task is shown.
public struct PhaseSymbol: Sendable {
    /// One character.
    public let symbol: String
    /// What its colour says.
    public let role: Style.Role

    /// The symbol of a phase; an unknown one is a question mark.
    public init(_ phase: String) {
        (symbol, role) =
            switch phase {
            case "Completed": ("✔", .good)
            case "Failed", "TimedOut": ("✘", .bad)
            case "Running", "Launching": ("●", .active)
            case "Retrying": ("↻", .attention)
            case "Paused": ("‖", .attention)
            case "Skipped": ("⊘", .quiet)
            case "Cancelled": ("■", .attention)
            case "Pending", "Ready", "": ("○", .quiet)
            default: ("?", .quiet)
            }
    }

    /// The colour's name in drawings.
    public var colourName: String {
        switch role {
        case .good: "green"
        case .bad: "red"
        case .attention: "orange"
        case .active: "blue"
        case .quiet, .strong: "gray"
        }
    }
}
