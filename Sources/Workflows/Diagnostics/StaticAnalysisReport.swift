public import Values

/// The diagnostics of files in the format that code hosts take the findings of checkers in: SARIF
/// 2.1.0 of OASIS.
public enum StaticAnalysisReport {
    private static let schema =
        "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

    /// The log of one run over files.
    ///
    /// Every code is listed as a rule, so that a host can show what was looked for. Columns are those
    /// of the diagnostics: Unicode code points from 1.
    ///
    /// - Parameters:
    ///   - files: The files, in the order of the results.
    ///   - version: The version of the program.
    public static func log(of files: [ManifestFile], version: String) -> JSON {
        let codes = DiagnosticCode.allCases.sorted { $0.rawValue < $1.rawValue }
        let rules = Dictionary(uniqueKeysWithValues: zip(codes, codes.indices))
        let results = files.enumerated().flatMap { index, file in
            file.diagnostics.all.map { diagnostic in
                result(diagnostic, of: file, index, rule: rules[diagnostic.code] ?? 0)
            }
        }
        return [
            "$schema": .string(schema),
            "version": "2.1.0",
            "runs": [
                [
                    "tool": [
                        "driver": [
                            "name": "llm-orchestrator",
                            "semanticVersion": .string(version),
                            "rules": .array(codes.map(rule)),
                        ]
                    ],
                    "columnKind": "unicodeCodePoints",
                    "originalUriBaseIds": [
                        "SRCROOT": ["description": ["text": "The directory of the call."]]
                    ],
                    "artifacts": .array(files.map { ["location": location(of: $0.path)] }),
                    "results": .array(results),
                ]
            ],
        ]
    }

    private static func rule(_ code: DiagnosticCode) -> JSON {
        [
            "id": .string(code.rawValue),
            "name": .string("\(code)".prefix(1).uppercased() + "\(code)".dropFirst()),
            "shortDescription": ["text": .string(code.explanation)],
            "defaultConfiguration": ["level": .string(code.severity.rawValue)],
        ]
    }

    private static func result(
        _ diagnostic: Diagnostic, of file: ManifestFile, _ index: Int, rule: Int
    ) -> JSON {
        var artifact = location(of: file.path)
        artifact["index"] = .integer(Int64(index))
        var place: JSON = ["artifactLocation": artifact]
        if let position = diagnostic.position {
            let (_, range) = file.source.word(at: position)
            // The end is the first column behind the word.
            place["region"] = [
                "startLine": .integer(Int64(position.line)),
                "startColumn": .integer(Int64(position.column)),
                "endColumn": .integer(Int64(max(range.upperBound + 1, position.column))),
            ]
        }
        let help = diagnostic.suggestion.map { " (\($0))" } ?? ""
        var described: JSON = ["physicalLocation": place]
        if diagnostic.path != .root {
            described["logicalLocations"] = [
                ["fullyQualifiedName": .string(diagnostic.path.description)]
            ]
        }
        return [
            "ruleId": .string(diagnostic.code.rawValue),
            "ruleIndex": .integer(Int64(rule)),
            "level": .string(diagnostic.severity.rawValue),
            "message": ["text": .string(diagnostic.message + help)],
            "locations": [described],
        ]
    }

    /// A path as a URI reference: relative ones are below the directory of the call.
    private static func location(of path: String) -> JSON {
        if path.hasPrefix("/") { return ["uri": .string("file://\(PercentEncoding.path(path))")] }
        return ["uri": .string(PercentEncoding.path(path)), "uriBaseId": "SRCROOT"]
    }
}
