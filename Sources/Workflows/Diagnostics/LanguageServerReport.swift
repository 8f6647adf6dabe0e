public import Values

extension ManifestFile {
    /// The diagnostics as an editor takes them: the parameters of `textDocument/publishDiagnostics`.
    ///
    /// Lines and characters count from 0, characters in UTF-16 code units. What is about no place is
    /// at the start of the file. `data` holds what the protocol has no field for: the path in the
    /// object, and the suggestion. Source: Language Server Protocol 3.17, Diagnostic.
    ///
    /// - Parameter uri: The URI of the file.
    public func languageServerReport(uri: String) -> JSON {
        ["uri": .string(uri), "diagnostics": .array(diagnostics.all.map(languageServerJSON))]
    }

    private func languageServerJSON(_ diagnostic: Diagnostic) -> JSON {
        let position = diagnostic.position ?? SourcePosition(line: 1, column: 1)
        let (line, range) = source.word(at: position)
        func place(_ column: Int) -> JSON {
            let units = line[..<column].reduce(0) { $0 + UTF16.width($1) }
            return [
                "line": .integer(Int64(position.line - 1)), "character": .integer(Int64(units)),
            ]
        }
        var data: JSON = ["path": .string(diagnostic.path.description)]
        data["suggestion"] = diagnostic.suggestion.map { .string($0) }
        return [
            "range": ["start": place(range.lowerBound), "end": place(range.upperBound)],
            "severity": diagnostic.severity == .error ? 1 : 2,
            "code": .string(diagnostic.code.rawValue),
            "source": "llm-orchestrator",
            "message": .string(diagnostic.message),
            "data": data,
        ]
    }
}
