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
        func callAsFunction(_ arguments: String..., input: String = "") async throws -> String {
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
            #expect(
                try await kubectl("create", "configmap", "a", "--from-literal=k=v")
                    == "configmap/a created\n")
            #expect(
                try await kubectl("create", "secret", "generic", "s", "--from-literal=p=q")
                    == "secret/s created\n")
            #expect(try await kubectl("create", "namespace", "team") == "namespace/team created\n")
            #expect(try await kubectl("get", "cm", "a", "-o", "jsonpath={.data.k}") == "v")
            #expect(try await kubectl("get", "cm", "--no-headers").hasPrefix("a      1"))
            let manifest = Samples.configMap("b", ["k": "v"]).text
            #expect(
                try await kubectl("apply", "-f", "-", input: manifest) == "configmap/b created\n")
            #expect(
                try await kubectl("apply", "-f", "-", input: manifest) == "configmap/b unchanged\n")
            let changed = Samples.configMap("b", ["k": "w"]).text
            #expect(try await kubectl("diff", "-f", "-", input: changed).contains("+  k: w"))
            #expect(
                try await kubectl("apply", "-f", "-", input: changed) == "configmap/b configured\n")
            #expect(try await kubectl("label", "cm", "b", "x=y") == "configmap/b labeled\n")
            #expect(try await kubectl("annotate", "cm", "b", "n=1") == "configmap/b annotated\n")
            #expect(try await kubectl("get", "cm", "-l", "x=y", "-o", "name") == "configmap/b\n")
            #expect(
                try await kubectl(
                    "get", "cm", "-A", "--field-selector", "metadata.name=b", "-o", "name")
                    == "configmap/b\n")
            #expect(try await kubectl("describe", "cm", "b").contains("Labels:       x=y"))
            #expect(
                try await kubectl("patch", "cm", "b", "-p", #"{"data":{"z":"1"}}"#)
                    == "configmap/b patched\n")
            #expect(try await kubectl("auth", "can-i", "create", "configmaps") == "yes\n")
            #expect(try await kubectl("explain", "configmap.data").contains("Data contains"))
            #expect(try await kubectl("delete", "cm", "--all").contains("configmap \"b\" deleted"))
            #expect(
                try await kubectl("delete", "namespace", "team") == "namespace \"team\" deleted\n")
            #expect(
                try await kubectl("get", "cm", "a")
                    == "Error from server (NotFound): configmaps \"a\" not found\n")
        }
    }

    @Test(arguments: programs)
    func `custom kinds are defined, applied, waited for and explained`(program: String) async throws
    {
        try await with(program) { kubectl in
            let crd = "customresourcedefinition.apiextensions.k8s.io/widgets.example.com"
            #expect(
                try await kubectl("apply", "-f", "-", input: Samples.definition.text)
                    == "\(crd) created\n")
            #expect(
                try await kubectl("wait", "--for=condition=established", "crd/widgets.example.com")
                    == "\(crd) condition met\n")
            let widget = Samples.widget("w", ["size": 3]).text
            #expect(
                try await kubectl("apply", "-f", "-", input: widget)
                    == "widget.example.com/w created\n")
            #expect(try await kubectl("get", "wd") == "NAME   SIZE   READY\nw      3      \n")
            #expect(
                try await kubectl("get", "orchestrator", "-o", "name") == "widget.example.com/w\n")
            #expect(try await kubectl("explain", "widget.spec.size").contains("How big."))
            #expect(
                try await kubectl("api-resources", "--api-group=example.com", "--no-headers")
                    .contains("widgets"))
            #expect(
                try await kubectl(
                    "apply", "--server-side", "--field-manager=one", "-f", "-", input: widget)
                    == "widget.example.com/w serverside-applied\n")
            let other = Samples.widget("w", ["size": 4]).text
            #expect(
                try await kubectl(
                    "apply", "--server-side", "--field-manager=two", "-f", "-", input: other
                ).contains("conflict"))
            #expect(
                try await kubectl(
                    "apply", "--server-side", "--field-manager=two", "--force-conflicts", "-f", "-",
                    input: other) == "widget.example.com/w serverside-applied\n")
            #expect(try await kubectl("edit", "wd", "w") == "widget.example.com/w edited\n")
            #expect(try await kubectl("get", "wd", "w", "-o", "jsonpath={.spec.color}") == "blue")
            #expect(
                try await kubectl("patch", "wd", "w", "--type=merge", "-p", #"{"spec":{"size":0}}"#)
                    .contains("The Widget \"w\" is invalid: spec.size: Invalid value: 0"))
            #expect(
                try await kubectl("replace", "-f", "-", input: widget)
                    == "widget.example.com/w replaced\n")
            #expect(
                try await kubectl("delete", "wd", "w", "--cascade=foreground")
                    == "widget.example.com \"w\" deleted\n")
            #expect(
                try await kubectl("delete", "crd", "widgets.example.com").contains(
                    "\"widgets.example.com\" deleted"))
        }
    }
}
