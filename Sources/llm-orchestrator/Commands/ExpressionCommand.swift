import Console
import Expressions
import POSIX
import Values
import YAML

/// `expression`: evaluates expressions and templates, and runs files of cases.
enum ExpressionCommand: Command {
    static let specification = CommandSpecification(
        "expression", "Evaluates an expression or a template, or runs a file of test cases.",
        positionals: [
            .init("ACTION", "eval, render or test"),
            .init(
                "TEXT|FILE", repeats: true, mayBeEmpty: true,
                "an expression, a template, or files with one case a line; - reads standard input"),
        ],
        options: [
            .value("bindings", "b", "JSON", "the variables, as a JSON object"),
            .value("bindings-file", nil, "FILE", "the variables, as a YAML or JSON file"),
            .value(
                "for", nil, "CONTEXT", choices: ["text", "json", "shell", "url"],
                "what a rendered text is part of"),
            .value(
                "output", "o", "FORMAT", choices: ["json", "pretty", "yaml", "text"],
                "how a value is printed"),
        ],
        examples: [
            ("expression eval 'a < 0.7' -b '{\"a\": 0.5}'", "print the value of an expression"),
            ("expression render 'Hi {{ name }}' -b '{\"name\": \"Ada\"}'", "fill a template"),
            ("expression test cases.jsonl", "run the cases of a file"),
        ])

    static func run(_ arguments: ParsedArguments) async throws(CommandFailure) -> ExitCode {
        let texts = Array(arguments.positionals.dropFirst())
        switch arguments.positionals[0] {
        case "test": return try test(texts)
        case "eval":
            try write(evaluate(try only(texts), try bindings(arguments)), arguments)
            return .success
        case "render":
            Output.write(try render(try only(texts), try bindings(arguments), arguments))
            return .success
        case let action:
            let nearest = Spelling.nearest(to: action, among: ["eval", "render", "test"])
            throw CommandFailure(
                .usage,
                "there is no action \"\(action)\""
                    + (nearest.map { "; did you mean \($0)?" } ?? "; there are: eval render test"))
        }
    }

    // MARK: Values

    private static func evaluate(
        _ source: String, _ bindings: Bindings
    ) throws(CommandFailure) -> JSON {
        let expression: Expression
        do throws(ExpressionError) {
            expression = try Expression(parsing: source)
        } catch {
            throw CommandFailure(.invalidManifest, shown(error, in: source))
        }
        do throws(EvaluationError) {
            return try expression.evaluate(bindings)
        } catch {
            throw CommandFailure(.runFailed, shown(error.message, error.offset, in: source))
        }
    }

    private static func render(
        _ source: String, _ bindings: Bindings, _ arguments: ParsedArguments
    ) throws(CommandFailure) -> String {
        let contexts: [String: TemplateContext] = ["json": .json, "shell": .shell, "url": .url]
        let context = arguments.value("for").flatMap { contexts[$0] } ?? .text
        let template: TextTemplate
        do throws(ExpressionError) {
            template = try TextTemplate(parsing: source, for: context)
        } catch {
            throw CommandFailure(.invalidManifest, shown(error, in: source))
        }
        do throws(EvaluationError) {
            let text = try template.render(bindings)
            return text.hasSuffix("\n") ? text : text + "\n"
        } catch {
            throw CommandFailure(.runFailed, shown(error.message, error.offset, in: source))
        }
    }

    private static func write(_ value: JSON, _ arguments: ParsedArguments) {
        switch arguments.value("output") {
        case "pretty": Output.line(value.prettyText)
        case "yaml": Output.write(YAMLWriter.text(of: value))
        case "text": Output.line(value.stringValue ?? value.text)
        default: Output.line(value.text)
        }
    }

    /// The message with the line it is about, and a caret under the place.
    private static func shown(_ message: String, _ offset: Int, in source: String) -> String {
        let bytes = Array(source.utf8)
        let place = min(offset, bytes.count)
        let start = bytes[..<place].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        let end = bytes[place...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
        let line = String(decoding: bytes[start..<end], as: UTF8.self)
        let before = String(decoding: bytes[start..<place], as: UTF8.self)
        return "\(message)\n  \(line)\n  \(String(repeating: " ", count: before.count))^"
    }

    private static func shown(_ error: ExpressionError, in source: String) -> String {
        let hint = error.suggestion.map { "; \($0)" } ?? ""
        return shown(error.message + hint, error.offset, in: source)
    }

    // MARK: Input

    private static func only(_ texts: [String]) throws(CommandFailure) -> String {
        guard texts.count == 1 else {
            throw CommandFailure(.usage, "expected one text, found \(texts.count)")
        }
        return texts[0] == "-" ? try read("-") : texts[0]
    }

    private static func read(_ path: String) throws(CommandFailure) -> String {
        do throws(FileError) {
            let bytes =
                path == "-"
                ? try StandardStreams.readInput(maximumBytes: ManifestFiles.maximumBytes)
                : try FileSystem.read(path, maximumBytes: ManifestFiles.maximumBytes)
            return String(decoding: bytes, as: UTF8.self)
        } catch {
            throw CommandFailure(error)
        }
    }

    private static func bindings(_ arguments: ParsedArguments) throws(CommandFailure) -> Bindings {
        var variables: JSONObject = [:]
        if let path = arguments.value("bindings-file") {
            variables.merge(try object(try yaml(path), path))
        }
        if let text = arguments.value("bindings") {
            let json: JSON
            do throws(JSONParseError) {
                json = try JSON(parsing: text)
            } catch {
                throw CommandFailure(.usage, "--bindings is not JSON: \(error.description)")
            }
            variables.merge(try object(json, "--bindings"))
        }
        var bindings = Bindings()
        for member in variables { bindings.bind(member.key, to: member.value) }
        return bindings
    }

    private static func yaml(_ path: String) throws(CommandFailure) -> JSON? {
        let text = try read(path)
        do throws(YAMLError) {
            return try YAMLStream.parse(Array(text.utf8)).first?.json
        } catch {
            throw CommandFailure(.usage, "\(path):\(error.position): \(error.message)")
        }
    }

    private static func object(_ json: JSON?, _ source: String) throws(CommandFailure) -> JSONObject
    {
        guard let object = json?.objectValue else {
            throw CommandFailure(.usage, "\(source) must be an object such as {\"name\": 1}")
        }
        return object
    }

    // MARK: Cases

    /// Runs the cases of files, telling each that fails.
    private static func test(_ paths: [String]) throws(CommandFailure) -> ExitCode {
        var passed = 0
        var failed = 0
        for path in paths {
            var number = 0
            for line in try read(path).split(separator: "\n", omittingEmptySubsequences: false) {
                number += 1
                guard line.contains(where: { !$0.isWhitespace }) else { continue }
                let failure: String?
                do throws(ConformanceCase.ReadError) {
                    failure = try ConformanceCase(parsing: String(line)).failure()
                } catch {
                    failure = error.description
                }
                guard let failure else {
                    passed += 1
                    continue
                }
                failed += 1
                Output.line("\(path):\(number): \(failure)")
            }
        }
        Output.line("\(passed) passed, \(failed) failed")
        return failed == 0 ? .success : .runFailed
    }
}
