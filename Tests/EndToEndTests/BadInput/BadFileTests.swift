import GitOps
import Kubernetes
import POSIX
import TestSupport
import Testing
import Values

/// Mistakes in git: each is told with its place and what to do, and nothing else changes.
@Suite struct BadFileTests {
    /// Plays a mistake over a repository with one good workflow that ran.
    static func over(
        good body: @Sendable (World) async throws -> Void
    ) async throws {
        try await World.with(.embedded) { world in
            let first = try await world.git.commit(["good.yaml": Manifest.single("good", 1)])
            try await world.createRepository()
            let run = try await world.run(of: "good", is: "Completed")
            let good = try await world.object(.workflows, "good", "to be applied") { _ in true }
            try await world.isSynced(first)
            try await body(world)
            #expect(try await world.object(.workflows, "good")?.uid == good.uid)
            #expect(try await world.object(.workflows, "good")?.spec == good.spec)
            #expect(try await world.runs(of: "good").map(\.uid) == [run.uid])
        }
    }

    /// Waits until a file's failure is told in every place, and gives the failure.
    static func refusal(of says: String, _ advice: String, in world: World) async throws {
        let object = try await world.repository("to tell \(says)") {
            $0.failures.contains { $0.hasPrefix(says) }
        }
        let failure = try #require(object.failures.first { $0.hasPrefix(says) })
        #expect(failure.contains(advice))
        #expect(object.condition("Ready")?["status"] == "False")
        let place = String(says.prefix { $0 != " " }.dropLast())
        #expect(object.condition("Stalled")?["status"] == "True")
        #expect(object.condition("Stalled")?["message"]?.stringValue?.contains(place) == true)
        try await world.event(about: "repo", place) {
            $0.json["type"] == "Warning"
                && $0.json["message"]?.stringValue?.contains(place) == true
        }
    }

    @Test(arguments: BadFile.all)
    func `a bad file is refused with its place and the rest stays in force`(
        file: BadFile
    ) async throws {
        try await BadFileTests.over { world in
            try world.git.write(file.bytes, to: file.path)
            try await world.git.commit()
            try await BadFileTests.refusal(of: file.says, file.advice, in: world)
        }
    }

    @Test func `a symbolic link is refused`() async throws {
        try await BadFileTests.over { world in
            let made = try await Program("ln").run(
                "-s", "/etc/hostname", "\(world.git.path)/l.yaml")
            #expect(made.code == 0)
            try await world.git.commit()
            try await BadFileTests.refusal(
                of: "l.yaml: 'l.yaml' is a symbolic link", "commit the file itself", in: world)
        }
    }

    @Test func `a submodule is refused`() async throws {
        try await BadFileTests.over { world in
            let head = try await world.git.run("rev-parse", "HEAD")
            try await world.git.run(
                "update-index", "--add", "--cacheinfo", "160000,\(head),shared")
            try await world.git.run("commit", "--quiet", "--message", "a submodule")
            try await BadFileTests.refusal(
                of: "shared: 'shared' is a submodule", "repository resource of its own", in: world)
        }
    }

    @Test func `a file that becomes bad keeps what it gave before`() async throws {
        try await BadFileTests.over { world in
            try await world.git.commit(["good.yaml": "kind: [Workflow\n"])
            try await BadFileTests.refusal(of: "good.yaml:2:1: ", "", in: world)
        }
    }

    @Test(arguments: ["kind: [Workflow\n", Manifest.workflow("good", ["tasks": [["id": "a"]]])])
    func `a file that is renamed and becomes bad keeps what it gave before`(
        text: String
    ) async throws {
        try await BadFileTests.over { world in
            try await world.git.commit(["good.yaml": nil, "renamed.yaml": text])
            try await BadFileTests.refusal(of: "renamed.yaml:", "", in: world)
        }
    }

    @Test func `a directory that becomes a link keeps what its files gave`() async throws {
        try await World.with(.embedded) { world in
            let first = try await world.git.commit([
                "flows/one.yaml": Manifest.single("one", 1), "two.yaml": Manifest.single("two", 1),
            ])
            try await world.createRepository()
            try await world.isSynced(first)
            let one = try await world.object(.workflows, "one")
            try FileSystem.remove("\(world.git.path)/flows")
            let made = try await Program("ln").run("-s", "/etc", "\(world.git.path)/flows")
            #expect(made.code == 0)
            try await world.git.commit()
            try await BadFileTests.refusal(
                of: "flows: 'flows' is a symbolic link", "commit the file itself", in: world)
            #expect(try await world.object(.workflows, "one")?.uid == one?.uid)
        }
    }

    @Test func `a mistake in a template leaves who refers to it as it was`() async throws {
        try await World.with(.embedded) { world in
            let template = Manifest.workflow(
                "greet", kind: "Template", ["tasks": [Manifest.value("say", 1)]])
            let first = try await world.git.commit([
                "greet.yaml": template,
                "user.yaml": Manifest.workflow(
                    "user", ["tasks": [["id": "hi", "templateRef": ["name": "greet"]]]]),
            ])
            try await world.createRepository()
            try await world.isSynced(first)
            let run = try await world.run(of: "user", is: "Completed")
            let user = try await world.object(.workflows, "user")
            #expect(user?.spec["tasks"]?[0]?["type"] == "parallel")
            try await world.git.commit([
                "greet.yaml": template.replacing("transform", with: "transfrom")
            ])
            try await world.repository("to tell of both files") {
                $0.failures.contains { $0.hasPrefix("user.yaml:") && $0.contains("greet.yaml:1:1") }
                    && $0.failures.contains { $0.hasPrefix("greet.yaml:") }
            }
            #expect(try await world.object(.workflows, "user")?.spec == user?.spec)
            #expect(try await world.runs(of: "user").map(\.uid) == [run.uid])
        }
    }
}
