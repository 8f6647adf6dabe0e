/// The lines at the end of a terminal that are drawn again and again in place.
///
/// It gives the bytes to write and writes nothing itself.
public struct LiveRegion: Sendable {
    private var shown: [String] = []

    /// Makes a region with nothing drawn.
    public init() {}

    /// The text that replaces what is shown by new lines, cut to the terminal's width.
    ///
    /// - Parameters:
    ///   - lines: what to show, without line breaks.
    ///   - columns: the width of the terminal.
    ///   - rows: its height: only the last lines that fit are shown, since what has scrolled away
    ///     cannot be drawn again.
    public mutating func redraw(_ lines: [String], columns: Int, rows: Int) -> String {
        let visible = lines.suffix(max(1, rows - 1)).map { LiveRegion.cut($0, to: columns) }
        guard visible != shown else { return "" }
        var text = shown.isEmpty ? "" : "\u{1B}[\(shown.count)A"
        for line in visible { text += "\r\u{1B}[2K\(line)\n" }
        if visible.count < shown.count { text += "\u{1B}[J" }
        shown = visible
        return text
    }

    /// Leaves what is shown where it is; the next lines are drawn below.
    public mutating func finish() { shown = [] }

    /// Cuts a line to a number of columns, not counting the escape sequences of colours.
    static func cut(_ line: String, to columns: Int) -> String {
        var text = ""
        var width = 0
        var isEscape = false
        for character in line {
            if isEscape {
                text.append(character)
                isEscape = !character.isLetter
            } else if character == "\u{1B}" {
                text.append(character)
                isEscape = true
            } else {
                guard width < columns - 1 else { continue }
                text.append(character)
                width += 1
            }
        }
        return text
    }
}
