import POSIX
import TestSupport
import Testing

/// The shape of the repository.
@Suite struct LayoutTests {
    @Test func `the top level holds what it must and nothing else`() throws {
        let allowed: Set = [
            "Package.swift", "Package.resolved", "Sources", "Tests", "crds", "manifests",
            "README.md", "Makefile", "docs", "LICENSE", "CONTRIBUTING.md", "AGENTS.md",
        ]
        let found = try FileSystem.list(Checkout.path).filter { !$0.hasPrefix(".") }
        #expect(Set(found).subtracting(allowed).isEmpty)
        for name in ["Package.swift", "Sources", "Tests", "crds", "manifests", "README.md"] {
            #expect(found.contains(name))
        }
    }

    @Test func `a room imports only rooms above it in the manifest`() throws {
        let rooms = try manifestRooms()
        #expect(rooms.count >= 15)
        var seen: Set<String> = []
        for room in rooms {
            let later = room.imports.filter { name in
                !seen.contains(name) && rooms.contains { $0.name == name }
            }
            #expect(later.isEmpty, "\(room.name) imports \(later), which stands below it")
            seen.insert(room.name)
        }
    }

    @Test func `the pure rooms touch no C library and no clock`() throws {
        let pure: Set = [
            "Values", "Patterns", "Schemas", "Resources", "Expressions", "Workflows", "Engine",
            "Observability", "Admission",
        ]
        let effects: Set = ["POSIX", "HTTP", "SQLite", "Git", "Kubernetes"]
        for room in try manifestRooms() where pure.contains(room.name) {
            #expect(effects.isDisjoint(with: room.imports), "\(room.name) must stay pure")
        }
        for file in try SourceFile.all(below: "Sources") where pure.contains(file.target) {
            let clocks = file.code.filter { line in
                ["ContinuousClock", "SuspendingClock", "SystemRandomNumberGenerator", ".random(in"]
                    .contains { line.text.contains($0) }
            }
            #expect(clocks.isEmpty, "\(file.path) reads a clock or randomness")
        }
    }

    @Test func `the repository speaks of the project alone`() throws {
        let folders = ["Sources", "Tests", "docs", "crds", "manifests", ".ci"]
        let files = try folders.flatMap { try Checkout.files(below: $0, suffix: "") }
        let banned = ["/wo" + "rk/", "/ro" + "ot/", "deb.debi" + "an.org", "py" + "pi.org"]
        for file in files + ["README.md", "Makefile", "Package.swift"] {
            let text = try Checkout.text(file)
            #expect(!banned.contains { text.contains($0) }, "\(file) names a machine or registry")
        }
    }

    private func manifestRooms() throws -> [(name: String, imports: [String])] {
        let text = try Checkout.text("Package.swift")
        return text.components(between: "room(", and: "),\n").compactMap { call in
            let names = call.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
                .filter { $0.offset % 2 == 1 }.map { String($0.element) }
            guard let name = names.first, !call.contains("_ name") else { return nil }
            return (name, Array(names.dropFirst()))
        }
    }
}

extension String {
    /// The texts that stand between a start and the next end.
    fileprivate func components(between start: String, and end: String) -> [String] {
        var found: [String] = []
        var rest = self[...]
        while let first = rest.firstRange(of: start) {
            rest = rest[first.upperBound...]
            guard let last = rest.firstRange(of: end) else { break }
            found.append(String(rest[..<last.lowerBound]))
            rest = rest[last.upperBound...]
        }
        return found
    }
}
