import Testing
import Values
import Workflows

/// The diagnostics as editors and code hosts take them.
@Suite struct DiagnosticReportTests {
    private let file = ManifestFile(
        """
        apiVersion: orchestrator.llm/v1
        kind: Workflow
        metadata: {name: etl}
        spec:
          tasks:
            - id: load
              type: transform
              dependsOn: ["😀é", extrat]
        """, path: "flows/an etl.yaml")

    @Test func `an editor gets lines from 0, and characters in UTF-16`() {
        #expect(
            file.languageServerReport(uri: "file:///etl.yaml") == [
                "uri": "file:///etl.yaml",
                "diagnostics": [
                    [
                        "range": [
                            "start": ["line": 7, "character": 18],
                            "end": ["line": 7, "character": 23],
                        ],
                        "severity": 1, "code": "E0203", "source": "llm-orchestrator",
                        "message":
                            "task \"load\" depends on \"😀é\", which does not exist",
                        "data": ["path": "spec.tasks[0].dependsOn[0]"],
                    ],
                    [
                        "range": [
                            "start": ["line": 7, "character": 25],
                            "end": ["line": 7, "character": 31],
                        ],
                        "severity": 1, "code": "E0203", "source": "llm-orchestrator",
                        "message":
                            "task \"load\" depends on \"extrat\", which does not exist",
                        "data": ["path": "spec.tasks[0].dependsOn[1]"],
                    ],
                ],
            ])
        #expect(
            ManifestFile("a: [", path: "f").languageServerReport(uri: "f:")["diagnostics"]?[0]?[
                "severity"] == 1)
    }

    @Test func `a code host gets every rule, and results with their places`() throws {
        let log = StaticAnalysisReport.log(of: [file], version: "1.2.3")
        #expect(log["version"] == "2.1.0")
        let run = try #require(log["runs"]?[0])
        let driver = run["tool"]?["driver"]
        let rules = try #require(driver?["rules"]?.arrayValue)
        #expect(
            rules.map { $0["id"]?.stringValue } == DiagnosticCode.allCases.map(\.rawValue).sorted())
        #expect(rules.first?["name"] == "InvalidText")
        let results = try #require(run["results"]?.arrayValue)
        #expect(results.count == 2)
        let index = try #require(results[1]["ruleIndex"]?.integerValue)
        #expect(rules[Int(index)]["id"] == "E0203")
        let place = results[1]["locations"]?[0]?["physicalLocation"]
        #expect(
            place?["region"] == ["startLine": 8, "startColumn": 25, "endColumn": 31])
        #expect(
            place?["artifactLocation"] == [
                "uri": "flows/an%20etl.yaml", "uriBaseId": "SRCROOT", "index": 0,
            ])
        #expect(run["columnKind"] == "unicodeCodePoints")
    }
}
