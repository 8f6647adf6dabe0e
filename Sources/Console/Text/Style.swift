/// Colours of a terminal, or none.
public struct Style: Sendable, Hashable {
    /// Whether colours are written.
    public let isColoured: Bool

    /// Makes a style.
    public init(isColoured: Bool) { self.isColoured = isColoured }

    /// The style for an output.
    ///
    /// Colours on a terminal, unless `NO_COLOR` is set and not empty or the terminal is dumb. Source:
    /// no-color.org.
    public init(isTerminal: Bool, noColor: String?, term: String?) {
        isColoured = isTerminal && (noColor ?? "").isEmpty && term != "dumb"
    }

    /// What a text says by its colour.
    public enum Role: Sendable {
        case good, bad, attention, active, quiet, strong

        var code: String {
            switch self {
            case .good: "32"
            case .bad: "31"
            case .attention: "33"
            case .active: "36"
            case .quiet: "2"
            case .strong: "1"
            }
        }
    }

    /// The text in the colour of its role.
    public func text(_ text: String, _ role: Role) -> String {
        isColoured ? "\u{1B}[\(role.code)m\(text)\u{1B}[0m" : text
    }
}
