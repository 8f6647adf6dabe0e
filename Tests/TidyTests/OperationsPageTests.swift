import TestSupport
import Testing

/// Operators find every word that the program says of itself in `docs/operations.md`.
@Suite struct OperationsPageTests {
    private let page: String

    init() throws { page = try Checkout.text("docs/operations.md") }

    @Test func `every reason of a condition or an event is told`() throws {
        let files = try ["Sources/Operator", "Sources/GitOps"].flatMap {
            try Checkout.files(below: $0, suffix: ".swift")
        }
        let reasons = try files.flatMap {
            let text = try Checkout.text($0)
            return OperationsPageTests.words(after: "reason: \"", in: text)
                + OperationsPageTests.words(after: "static let reason = \"", in: text)
        }
        #expect(reasons.count >= 15)
        expectTold(reasons.filter { reason in reason.allSatisfy(\.isLetter) })
    }

    @Test func `every reason of a run and of a task is told`() throws {
        let files = ["RunState.swift", "TaskState.swift"].map { "Sources/Engine/Machine/\($0)" }
        let reasons = try files.flatMap {
            OperationsPageTests.words(after: " = \"", in: try Checkout.text($0))
        }
        #expect(reasons.count >= 15)
        expectTold(reasons)
    }

    @Test func `every event of a run and all that it can be doing is told`() throws {
        let files = try Checkout.files(below: "Sources/Engine", suffix: ".swift")
        let notices = try files.flatMap { file in
            let text = try Checkout.text(file)
            return [".normal, \"", ".warning, \"", "? \"Task", ": \"Task"].flatMap { mark in
                let isPart = mark.hasSuffix("Task")
                return OperationsPageTests.words(after: mark, in: text).map {
                    (isPart ? "Task" : "") + $0
                }
            }
        }
        let events = notices.filter { word in
            word.first?.isUppercase == true && word.allSatisfy(\.isLetter)
        }
        #expect(Set(events).isSuperset(of: ["RunPaused", "TaskFailed", "TaskUndone"]))
        // The end of a run is told by the word of its phase.
        let phases = OperationsPageTests.words(
            after: " = \"", in: try Checkout.text("Sources/Engine/Interface/RunPhase.swift"))
        let ends = Set(phases).subtracting(["Pending", "Running", "Paused"])
        #expect(ends.count == 5)
        let subphases = OperationsPageTests.words(
            after: "return \"", in: try Checkout.text("Sources/Engine/Status/StatusWriter.swift"))
        #expect(subphases.count == 5)
        expectTold(events + ends.sorted().map { "Run\($0)" } + subphases)
    }

    @Test func `every failure of a fetch is told`() throws {
        let lines = try Checkout.text("Sources/Git/GitError.swift").split(separator: "\n")
        let codes = lines.compactMap { line -> String? in
            let words = line.split(separator: " ")
            guard words.count == 2, words[0] == "case" else { return nil }
            return "Fetch\(words[1].prefix(1).uppercased())\(words[1].dropFirst())"
        }
        #expect(codes.count >= 15)
        expectTold(codes)
    }

    @Test func `every metric is told`() throws {
        let files = try Checkout.files(below: "Sources/Operator", suffix: ".swift")
        let marks = ["\"orchestrator_", "\"workqueue_"]
        let names = try files.flatMap { file in
            let text = try Checkout.text(file)
            return marks.flatMap { mark in
                OperationsPageTests.words(after: mark, in: text).map { mark.dropFirst() + $0 }
            }
        }
        #expect(names.count >= 8)
        let missing = names.filter { !page.contains("`\($0)`") && !page.contains("`\($0){") }
        #expect(missing.isEmpty)
    }

    private func expectTold(_ words: [String]) {
        let missing = words.filter { !page.contains("`\($0)`") }
        #expect(missing.isEmpty)
    }

    /// What stands between a mark and the next quotation mark.
    private static func words(after mark: String, in text: String) -> [String] {
        var found: [String] = []
        var rest = text[...]
        while let start = rest.firstRange(of: mark) {
            rest = rest[start.upperBound...]
            found.append(String(rest.prefix { $0 != "\"" && !$0.isNewline }))
        }
        return found
    }
}
