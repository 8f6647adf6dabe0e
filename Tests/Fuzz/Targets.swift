import Expressions
import Glibc
import Patterns
import Schemas
import Values
import Workflows
import YAML

/// What libFuzzer feeds, by the name in the variable `FUZZ_TARGET`.
///
/// A target reads the bytes as what its name says and holds the laws of that reader; libFuzzer finds
/// traps, hangs and leaks by itself.
enum Targets {
    typealias Target = @Sendable ([UInt8]) -> Void

    static let all: [String: Target] = [
        "json": json, "yaml": yaml, "expression": expression, "evaluate": evaluate,
        "template": template, "text": text, "manifest": manifest, "pattern": pattern,
        "schedule": schedule, "schema": schema,
    ]

    /// The target of this process.
    static let chosen: Target = {
        let name = unsafe getenv("FUZZ_TARGET").map { unsafe String(cString: $0) } ?? ""
        guard let target = all[name] else {
            print("FUZZ_TARGET is one of \(all.keys.sorted().joined(separator: " "))")
            exit(2)
        }
        return target
    }()

    /// Ends the process where a law does not hold, so that libFuzzer keeps the input.
    private static func hold(_ law: String, _ holds: @autoclosure () -> Bool) {
        guard !holds() else { return }
        print("broken: \(law)")
        abort()
    }

    private static func string(_ bytes: [UInt8]) -> String {
        String(decoding: bytes, as: UTF8.self)
    }

    /// The bytes before and after the first zero or line break.
    private static func halves(_ bytes: [UInt8]) -> (first: [UInt8], rest: [UInt8]) {
        guard let end = bytes.firstIndex(where: { $0 == 0 || $0 == 0x0A }) else {
            return (bytes, [])
        }
        return (Array(bytes[..<end]), Array(bytes[(end + 1)...]))
    }

    // MARK: Values

    /// What is read is written and read again as the same.
    private static let json: Target = { bytes in
        guard let value = try? JSON(parsing: bytes) else { return }
        hold("canonical text is read as the same", (try? JSON(parsing: value.bytes)) == value)
        hold("pretty text is read as the same", (try? JSON(parsing: value.prettyText)) == value)
    }

    private static let yaml: Target = { bytes in
        let limits = YAMLLimits(maximumBytes: 1 << 16, maximumNodes: 5000)
        guard let documents = try? YAMLStream.parse(bytes, limits: limits) else { return }
        for document in documents {
            let written = YAMLWriter.text(of: document.json)
            let again = try? YAMLStream.parse(Array(written.utf8)).first?.json
            // A document of null is written as nothing that says more.
            hold("YAML is read as the same", (again ?? .null) == document.json)
        }
    }

    private static let pattern: Target = { bytes in
        let (source, subject) = halves(bytes)
        guard let pattern = try? Pattern(string(source)) else { return }
        var budget = 100_000
        _ = pattern.matches(string(subject), budget: &budget)
    }

    private static let schedule: Target = { bytes in
        guard let schedule = try? CronSchedule(parsing: string(bytes)) else { return }
        let start = CivilDate(daysSinceEpoch: 20_000)
        hold("a schedule has a next time", schedule.next(after: start, minutes: 0) != nil)
    }

    private static let schema: Target = { bytes in
        let (first, rest) = halves(bytes)
        guard let json = try? JSON(parsing: first), let schema = try? Schema(json: json) else {
            return
        }
        hold("a schema is read as it was written", (try? Schema(json: schema.json)) == schema)
        _ = schema.jsonSchema()
        if let value = try? JSON(parsing: rest) { _ = schema.validate(value) }
    }

    // MARK: Expressions

    private static let bindings = Bindings([
        "tasks": ["a-b": ["outputs": ["x": 1, "list": [1, "two", nil], "text": "é😀"]]],
        "workflow": ["inputs": ["topic": "t", "count": 3]], "run": ["name": "r"],
        "item": ["name": "n", "score": 0.5], "index": 0,
    ])

    private static let expression: Target = { bytes in
        let source = string(bytes)
        do throws(ExpressionError) {
            let expression = try Expression(parsing: source)
            for reference in expression.references {
                hold("a reference is in its source", reference.offset <= source.utf8.count)
            }
            _ = try? expression.evaluate(bindings)
        } catch {
            hold("an error is in its source", (0...source.utf8.count).contains(error.offset))
        }
    }

    private static let evaluate: Target = { bytes in
        let (source, rest) = halves(bytes)
        guard let expression = try? Expression(parsing: string(source)) else { return }
        let given = (try? JSON(parsing: rest))?.objectValue ?? [:]
        let bindings = Bindings(
            Dictionary(given.map { ($0.key, $0.value) }, uniquingKeysWith: { a, _ in a }))
        let first = try? expression.evaluate(bindings)
        hold("evaluation gives the same again", (try? expression.evaluate(bindings)) == first)
    }

    private static let template: Target = { bytes in
        guard let value = try? JSON(parsing: bytes),
            let template = try? ValueTemplate(parsing: value)
        else { return }
        let result = try? template.evaluate(bindings)
        // `$${{` stands for `${{`, which is no expression and yet not itself.
        let isPlain = template.isConstant && !string(bytes).contains("$$")
        if isPlain { hold("a constant is itself", result == value) }
    }

    private static let text: Target = { bytes in
        for context in TemplateContext.allCases {
            guard let template = try? TextTemplate(parsing: string(bytes), for: context) else {
                continue
            }
            _ = try? template.render(bindings)
        }
    }

    // MARK: Manifests

    private static let manifest: Target = { bytes in
        guard bytes.count <= 1 << 16 else { return }
        let file = ManifestFile(bytes, path: "f.yaml")
        for diagnostic in file.diagnostics.all {
            hold("a diagnostic has a place", diagnostic.position.map { $0.line >= 1 } ?? false)
        }
        for resource in file.resources {
            hold(
                "a plan and an error exclude each other",
                !(resource.hasErrors && resource.plan != nil))
        }
        _ = file.rendered()
        _ = file.languageServerReport(uri: "file:///f.yaml")
        _ = StaticAnalysisReport.log(of: [file], version: "0")
    }
}

/// What libFuzzer calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    let bytes = unsafe Array(UnsafeBufferPointer(start: data, count: count))
    Targets.chosen(bytes)
    return 0
}
