import Console
import POSIX
import Values
import Workflows
import YAML

/// The inputs of a run as the command line gives them.
enum RunInputs {
    /// The options that give inputs; later kinds win over earlier ones.
    static let options: [CommandSpecification.Option] = [
        .value("input-file", nil, "FILE", "a YAML or JSON file with the inputs"),
        .value("input", nil, "JSON", "the inputs as a JSON object"),
        .value(
            "env", nil, "NAME", repeats: true,
            "give the input NAME the value of that variable of the environment"),
        .value("set", nil, "NAME=VALUE", repeats: true, "one input; read as its declared type"),
    ]

    /// Reads the inputs for a plan.
    ///
    /// - Throws: ``CommandFailure`` that names the option, or every input that is wrong or missing.
    static func read(
        _ arguments: ParsedArguments, for plan: WorkflowPlan
    ) throws(CommandFailure) -> JSONObject {
        var inputs: JSONObject = [:]
        if let path = arguments.value("input-file") { inputs.merge(try file(path)) }
        if let text = arguments.value("input") { inputs.merge(try json(text)) }
        for name in arguments.values("env") {
            guard let text = Environment.variable(name) else {
                throw CommandFailure(.usage, "--env \(name): the environment has no \(name)")
            }
            inputs[name] = try assignment("\(name)=\(text)", plan).1
        }
        for pair in arguments.values("set") {
            let (name, value) = try assignment(pair, plan)
            inputs[name] = value
        }
        switch plan.resolveInputs(inputs) {
        case .success: return inputs
        case .failure(let diagnostics):
            throw CommandFailure(.invalidManifest, diagnostics.description)
        }
    }

    private static func file(_ path: String) throws(CommandFailure) -> JSONObject {
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try FileSystem.read(path, maximumBytes: ManifestFiles.maximumBytes)
        } catch {
            throw CommandFailure(error)
        }
        do throws(YAMLError) {
            if let object = try YAMLStream.parse(bytes).first?.json.objectValue { return object }
        } catch {
            throw CommandFailure(
                .invalidManifest, "\(path):\(error.position): \(error.message)")
        }
        throw CommandFailure(.invalidManifest, "\(path) holds no mapping of inputs")
    }

    private static func json(_ text: String) throws(CommandFailure) -> JSONObject {
        do throws(JSONParseError) {
            if let object = try JSON(parsing: text).objectValue { return object }
        } catch {
            throw CommandFailure(.usage, "--input is not JSON: \(error.description)")
        }
        throw CommandFailure(.usage, "--input must be a JSON object such as '{\"name\": 1}'")
    }

    /// Reads a `NAME=VALUE`.
    ///
    /// - Parameter plan: says what the input is; nil where it is not known.
    static func assignment(
        _ pair: String, _ plan: WorkflowPlan?
    ) throws(CommandFailure) -> (String, JSON) {
        let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty else {
            throw CommandFailure(.usage, "--set takes NAME=VALUE, not \"\(pair)\"")
        }
        let name = String(parts[0])
        let text = String(parts[1])
        let kind = plan?.definition.inputs.first { $0.name == name }?.kind
        // A string stays as it is typed: `--set version=1.10` must not become 1.1.
        if kind == .string { return (name, .string(text)) }
        let documents = try? YAMLStream.parse(Array(text.utf8))
        return (name, documents?.first?.json ?? .string(text))
    }
}
