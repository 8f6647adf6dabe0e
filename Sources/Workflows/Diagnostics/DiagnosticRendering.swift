import Values

extension ManifestFile {
    /// A diagnostic as compilers show it: place, code and message, the source line with a caret under
    /// the place, and what to do.
    ///
    /// Plain text without a line break at its end.
    public func rendered(_ diagnostic: Diagnostic) -> String {
        let place = diagnostic.position.map { "\(path):\($0)" } ?? path
        var text =
            "\(place): \(diagnostic.severity.rawValue)[\(diagnostic.code.rawValue)]:"
            + " \(diagnostic.message)"
        if let position = diagnostic.position, let excerpt = excerpt(at: position) {
            text += "\n\(excerpt)"
        }
        if let suggestion = diagnostic.suggestion { text += "\nhelp: \(suggestion)" }
        return text
    }

    /// All diagnostics as compilers show them, with an empty line between; empty where there are none.
    public func rendered() -> String {
        diagnostics.all.map(rendered).joined(separator: "\n\n")
    }

    /// The source line, cut around the place where it is long, and the caret line.
    ///
    /// A secret is not repeated: what is shown ends up in logs.
    private func excerpt(at position: SourcePosition) -> String? {
        guard var line = source.line(position.line) else { return nil }
        var column = min(position.column - 1, line.count)
        let width = SourceText.wordLength(in: line, from: column)
        for secret in diagnostics.all where secret.code == .plainTextSecret {
            guard let place = secret.position, place.line == position.line else { continue }
            for index in min(place.column - 1, line.count)..<line.count where line[index] != " " {
                line[index] = "•"
            }
        }
        let room = WorkflowLimits.maximumSourceColumns
        if line.count > room {
            let start = max(0, min(column - room / 2, line.count - room))
            line = Array(line[start..<(start + room)])
            column -= start
        }
        let number = String(position.line)
        let margin = String(repeating: " ", count: number.count)
        // A tab stays one, so that the caret is under its place at any width of tabs; what would
        // steer a terminal is shown as a dot.
        let indentation = line[..<column].map { $0 == "\t" ? "\t" : " " }.joined()
        let carets = String(repeating: "~", count: max(0, min(width, line.count - column) - 1))
        return " \(number) | \(ManifestFile.printable(line))\n \(margin) | \(indentation)^\(carets)"
    }

    private static func printable(_ line: [Unicode.Scalar]) -> String {
        var text = ""
        for scalar in line {
            let isControl = scalar != "\t" && (scalar.value < 0x20 || 0x7F...0x9F ~= scalar.value)
            text.unicodeScalars.append(isControl ? "·" : scalar)
        }
        return text
    }
}
