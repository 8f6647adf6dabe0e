import Testing

/// The rules of style that a tool can hold, each saying what to do instead.
@Suite struct StyleTests {
    /// The most lines of a file.
    static let maximumFileLines = 700
    /// The most lines of a function.
    static let maximumFunctionLines = 70
    /// The most lines of a typical file of the product.
    static let maximumMedianLines = 150
    /// The rooms that own a C library or the operating system: only they may say `unsafe`.
    static let wrapperRooms: Set = ["POSIX", "Crypto", "SQLite", "HTTP", "Git", "YAML"]
    /// The most places where the compiler is told to trust us on concurrency.
    static let uncheckedBudget = 6
    /// The files that may start a task nobody awaits, since they own its life.
    static let taskOwners: Set = [
        "Sources/Operator/Runs/AttemptRunner.swift", "Sources/HTTP/Server/ServerExchange.swift",
        "Sources/ControlPlane/ControlPlane.swift",
        // Awaited; apart, because a cancelled task can no longer give its lease back.
        "Sources/Kubernetes/Leases/LeaderElector.swift",
        // The same, for what a process holds of providers' limits.
        "Sources/Operator/Operator.swift",
        // The life of a simulated process; the simulation ends it and checks that it has ended.
        "Sources/SimulationKit/Kernel/Host.swift",
    ]

    static func product() throws -> [SourceFile] { try SourceFile.all(below: "Sources") }

    static func tests() throws -> [SourceFile] { try SourceFile.all(below: "Tests") }

    /// Every line of code that holds a text, as `path:line`.
    private func places(
        of texts: [String], in files: [SourceFile], except: (SourceFile) -> Bool = { _ in false }
    ) -> [String] {
        files.filter { !except($0) }.flatMap { file in
            file.code.filter { line in texts.contains { line.text.contains($0) } }
                .map { "\(file.path):\($0.number)" }
        }
    }

    @Test func `a file holds one idea`() throws {
        let files = try StyleTests.product() + StyleTests.tests()
        let long = files.filter { $0.lines.count > StyleTests.maximumFileLines }.map(\.path)
        #expect(long.isEmpty, "split these files")
        let lengths = try StyleTests.product().map(\.lines.count).sorted()
        #expect(lengths[lengths.count / 2] <= StyleTests.maximumMedianLines)
    }

    @Test func `a function fits a screen`() throws {
        let files = try StyleTests.product() + StyleTests.tests()
        let long = files.flatMap { file in
            file.functions.filter { $0.length > StyleTests.maximumFunctionLines }
                .map { "\(file.path):\($0.line) has \($0.length) lines" }
        }
        #expect(long.isEmpty, "split these functions")
    }

    @Test func `the functions are really measured`() throws {
        let functions = try StyleTests.product().flatMap(\.functions)
        #expect(functions.count > 100)
        #expect(functions.contains { $0.length > 30 })
    }

    @Test func `unsafe code stays in the rooms that own a C library`() throws {
        let found = places(of: ["unsafe "], in: try StyleTests.product()) {
            StyleTests.wrapperRooms.contains($0.target)
        }
        #expect(found.isEmpty, "give the wrapper a safe function for this")
    }

    @Test func `trust me on concurrency is counted`() throws {
        let found = places(
            of: ["@unchecked Sendable", "nonisolated(unsafe)"], in: try StyleTests.product())
        #expect(found.count <= StyleTests.uncheckedBudget, "\(found)")
    }

    @Test func `no task is let loose`() throws {
        #expect(places(of: ["Task.detached"], in: try StyleTests.product()).isEmpty)
        let found = places(of: [" Task {", " Task(", "(Task {"], in: try StyleTests.product()) {
            StyleTests.taskOwners.contains($0.path)
        }
        #expect(found.isEmpty, "use a task group, or name the file and why in the list of owners")
    }

    @Test func `nothing traps on input and nothing is left undone`() throws {
        let found = places(
            of: ["try!", "as!", "fatalError(", "TODO", "FIXME", "XXX"],
            in: try StyleTests.product())
        #expect(found.isEmpty)
        let notes = try StyleTests.product().flatMap { file in
            file.lines.enumerated().filter { _, line in
                ["TODO", "FIXME"].contains { line.contains($0) }
            }.map { "\(file.path):\($0.offset + 1)" }
        }
        #expect(notes.isEmpty)
    }

    @Test func `the product does without Foundation`() throws {
        let found = places(of: ["import Foundation"], in: try StyleTests.product()) {
            $0.target == "Benchmarks"
        }
        #expect(found.isEmpty, "see docs/decisions/006-no-foundation.md")
    }

    @Test func `tests wait on conditions and not on time`() throws {
        let found = places(
            of: ["Task.sleep", "usleep(", "nanosleep(", "Thread.sleep"], in: try StyleTests.tests())
        #expect(found.isEmpty)
    }
}
