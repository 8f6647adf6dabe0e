import Testing
import Values

@testable import GitOps

@Suite struct RepositorySpecTests {
    private func spec(_ members: JSONObject) throws -> RepositorySpec {
        var spec = members
        spec["url"] = "https://git.example.com/a"
        return try RepositorySpec(.object(spec))
    }

    @Test(arguments: [
        ("interval", JSON.integer(.max)), ("interval", .integer(9_223_372_036)),
        ("interval", "9223372036854775807"), ("interval", "200000h"),
        ("timeout", "8760h"), ("timeout", .integer(3600)), ("timeout", .integer(-1)),
        ("interval", .integer(0)), ("interval", "soon"), ("timeout", .bool(true)),
    ])
    func `a duration that is none, or beyond its bound, is refused`(
        field: String, value: JSON
    ) throws {
        let problem = #expect(throws: RepositoryProblem.self) { try spec([field: value]) }
        #expect(problem?.reason == "InvalidSpec")
        #expect(problem?.message.contains("spec.\(field)") == true)
    }

    @Test func `a number is seconds, and a path is as listings have it`() throws {
        let spec = try spec([
            "interval": 90, "timeout": "2m", "path": "/./flows/./all/",
            "maximumBytes": .integer(.max),
        ])
        #expect(spec.interval == .seconds(90))
        #expect(spec.timeout == .seconds(120))
        #expect(spec.path == "flows/all")
        #expect(spec.maximumBytes == SyncLimits.maximumFetchBytes)
    }
}
