import ControlPlane
import POSIX
import TestSupport
import Testing
import Values

/// The commands people type, with each kubectl of the machine.
@Suite struct KubectlTests {
    /// The programs to try: the one on the path, and one named by the environment.
    static let programs: [String] = {
        let path = Environment.variable("PATH") ?? ""
        let found = path.split(separator: ":").map { "\($0)/kubectl" }.first(
            where: FileSystem.exists)
        return [found, Environment.variable("LLM_ORCHESTRATOR_TEST_KUBECTL")].compactMap { $0 }
    }()

    private struct Kubectl {
        let program: String
        let directory: TemporaryDirectory

        /// Runs a command and gives what it wrote, errors included.
        func run(_ arguments: [String], input: String = "") async throws -> String {
            let result = try await ChildProcess.collect(
                ChildConfiguration(
                    executable: program,
                    arguments: ["--kubeconfig", directory.file("config")] + arguments,
                    environment: [
                        "HOME": directory.path, "PATH": Environment.variable("PATH") ?? "",
                        "EDITOR": "sed -i s/red/blue/", "KUBE_EDITOR": "sed -i s/red/blue/",
                    ], standardInput: Array(input.utf8)))
            return String(decoding: result.output + result.error, as: UTF8.self)
        }

        /// Runs a command and compares all it wrote.
        func expect(
            _ arguments: [String], input: String = "", gives text: String,
            at place: SourceLocation = #_sourceLocation
        ) async throws {
            let found = try await run(arguments, input: input)
            #expect(found == text, sourceLocation: place)
        }

        /// Runs a command and looks for a text in what it wrote.
        func expect(
            _ arguments: [String], input: String = "", says text: String,
            at place: SourceLocation = #_sourceLocation
        ) async throws {
            let found = try await run(arguments, input: input)
            #expect(found.contains(text), sourceLocation: place)
        }
    }

    private func with(
        _ program: String, _ body: (Kubectl) async throws -> Void
    ) async throws {
        try await Plane.with { plane in
            let directory = try TemporaryDirectory()
            let text = ControlPlane.kubeconfig(serverURL: plane.url, token: Plane.token)
            try FileSystem.write(Array(text.utf8), to: directory.file("config"))
            try await body(Kubectl(program: program, directory: directory))
        }
    }

    @Test(arguments: programs)
    func `core kinds are created, applied, shown, changed and deleted`(program: String) async throws
    {
        try await with(program) { kubectl in
            try await kubectl.expect(
                ["create", "configmap", "a", "--from-literal=k=v"], gives: "configmap/a created\n")
            try await kubectl.expect(
                ["create", "secret", "generic", "s", "--from-literal=p=q"],
                gives: "secret/s created\n")
            try await kubectl.expect(
                ["create", "namespace", "team"], gives: "namespace/team created\n")
            try await kubectl.expect(["get", "cm", "a", "-o", "jsonpath={.data.k}"], gives: "v")
            try await kubectl.expect(["get", "cm", "--no-headers"], says: "a     1")
            let manifest = Samples.configMap("b", ["k": "v"]).text
            try await kubectl.expect(
                ["apply", "-f", "-"], input: manifest, gives: "configmap/b created\n")
            try await kubectl.expect(
                ["apply", "-f", "-"], input: manifest, gives: "configmap/b unchanged\n")
            let changed = Samples.configMap("b", ["k": "w"]).text
            try await kubectl.expect(["diff", "-f", "-"], input: changed, says: "+  k: w")
            try await kubectl.expect(
                ["apply", "-f", "-"], input: changed, gives: "configmap/b configured\n")
            try await kubectl.expect(["label", "cm", "b", "x=y"], gives: "configmap/b labeled\n")
            try await kubectl.expect(
                ["annotate", "cm", "b", "n=1"], gives: "configmap/b annotated\n")
            try await kubectl.expect(
                ["get", "cm", "-l", "x=y", "-o", "name"], gives: "configmap/b\n")
            try await kubectl.expect(
                ["get", "cm", "-A", "--field-selector", "metadata.name=b", "-o", "name"],
                gives: "configmap/b\n")
            try await kubectl.expect(["describe", "cm", "b"], says: "Labels:       x=y")
            try await kubectl.expect(
                ["patch", "cm", "b", "-p", #"{"data":{"z":"1"}}"#], gives: "configmap/b patched\n")
            try await kubectl.expect(["auth", "can-i", "create", "configmaps"], gives: "yes\n")
            try await kubectl.expect(["explain", "configmap.data"], says: "Data contains")
            try await kubectl.expect(["delete", "cm", "--all"], says: "configmap \"b\" deleted")
            try await kubectl.expect(
                ["delete", "namespace", "team"], gives: "namespace \"team\" deleted\n")
            try await kubectl.expect(
                ["get", "cm", "a"],
                gives: "Error from server (NotFound): configmaps \"a\" not found\n")
        }
    }

    @Test(arguments: programs)
    func `custom kinds are defined, applied, waited for and explained`(program: String) async throws
    {
        try await with(program) { kubectl in
            let crd = "customresourcedefinition.apiextensions.k8s.io/widgets.example.com"
            try await kubectl.expect(
                ["apply", "-f", "-"], input: Samples.definition.text, gives: "\(crd) created\n")
            try await kubectl.expect(
                ["wait", "--for=condition=established", "crd/widgets.example.com"],
                gives: "\(crd) condition met\n")
            let widget = Samples.widget("w", ["size": 3]).text
            try await kubectl.expect(
                ["apply", "-f", "-"], input: widget, gives: "widget.example.com/w created\n")
            try await kubectl.expect(["get", "wd"], gives: "NAME   SIZE   READY\nw      3      \n")
            try await kubectl.expect(
                ["get", "orchestrator", "-o", "name"], gives: "widget.example.com/w\n")
            try await kubectl.expect(["explain", "widget.spec.size"], says: "How big.")
            try await kubectl.expect(
                ["api-resources", "--api-group=example.com", "--no-headers"], says: "widgets")
            try await kubectl.expect(
                ["apply", "--server-side", "--field-manager=one", "-f", "-"], input: widget,
                gives: "widget.example.com/w serverside-applied\n")
            let other = Samples.widget("w", ["size": 4]).text
            try await kubectl.expect(
                ["apply", "--server-side", "--field-manager=two", "-f", "-"], input: other,
                says: "conflict")
            try await kubectl.expect(
                ["apply", "--server-side", "--field-manager=two", "--force-conflicts", "-f", "-"],
                input: other, gives: "widget.example.com/w serverside-applied\n")
            try await kubectl.expect(["edit", "wd", "w"], gives: "widget.example.com/w edited\n")
            try await kubectl.expect(
                ["get", "wd", "w", "-o", "jsonpath={.spec.color}"], gives: "blue")
            try await kubectl.expect(
                ["patch", "wd", "w", "--type=merge", "-p", #"{"spec":{"size":0}}"#],
                says: "The Widget \"w\" is invalid: spec.size: Invalid value: 0")
            try await kubectl.expect(
                ["replace", "-f", "-"], input: widget, gives: "widget.example.com/w replaced\n")
            try await kubectl.expect(
                ["delete", "wd", "w", "--cascade=foreground"],
                gives: "widget.example.com \"w\" deleted\n")
            try await kubectl.expect(
                ["delete", "crd", "widgets.example.com"], says: "\"widgets.example.com\" deleted")
        }
    }
}
