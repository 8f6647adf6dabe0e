import Testing
import Values
import Workflows

@Suite struct InputResolutionTests {
    let plan: WorkflowPlan

    init() throws {
        plan = try #require(try Fixture.file("every-field.yaml").resources[0].plan)
    }

    @Test func `defaults stand in for what is not given`() throws {
        let values = try plan.resolveInputs(["source": "http://x", "format": nil]).get()
        #expect(
            JSON.object(values).text
                == #"{"format":"html","options":{},"source":"http://x","threshold":0.5}"#)
    }

    @Test(arguments: [
        (#"{}"#, ["E0501 source"]),
        (#"{"source":1}"#, ["E0503 source"]),
        (#"{"source":"ftp://x"}"#, ["E0504 source"]),
        (#"{"source":"http://x","threshold":2}"#, ["E0504 threshold"]),
        (#"{"source":"http://x","threshold":"1"}"#, ["E0503 threshold"]),
        (#"{"source":"http://x","format":"pdf"}"#, ["E0504 format"]),
        (#"{"source":"http://x","treshold":1}"#, ["E0502 treshold"]),
        (#"{"source":"http://x","options":{"dryRun":1}}"#, ["E0504 options.dryRun"]),
        (#"{"format":1,"other":2}"#, ["E0501 source", "E0503 format", "E0502 other"]),
    ])
    func `what is wrong with the values is told at once`(text: String, expected: [String]) throws {
        let given = try #require(try JSON(parsing: text).objectValue)
        guard case .failure(let diagnostics) = plan.resolveInputs(given, at: .root) else {
            Issue.record("accepted")
            return
        }
        #expect(diagnostics.all.map { "\($0.code.rawValue) \($0.path)" } == expected)
    }

    @Test func `a misspelt name is put right`() {
        guard case .failure(let diagnostics) = plan.resolveInputs(["sorce": "http://x"]) else {
            Issue.record("accepted")
            return
        }
        #expect(diagnostics.all.last?.suggestion == "did you mean \"source\"?")
    }

    @Test func `an input without value or default is null, and a whole number an integer`() throws {
        let plan = try WorkflowCompiler.compile(spec: [
            "inputs": [["name": "a"], ["name": "n", "type": "int"]],
            "tasks": [["id": "t", "type": "transform", "inputs": ["x": "${{ workflow.inputs }}"]]],
        ]).get()
        let values = try plan.resolveInputs(["n": 3.0]).get()
        #expect(values == ["a": nil, "n": 3])
    }

    @Test func `values larger than a checkpoint holds are refused`() {
        let large = String(repeating: "x", count: WorkflowLimits.maximumInputBytes)
        let given: JSONObject = ["source": .string("http://x"), "options": ["a": .string(large)]]
        guard case .failure(let diagnostics) = plan.resolveInputs(given) else {
            Issue.record("accepted")
            return
        }
        #expect(diagnostics.all.map(\.code) == [.inputsTooLarge])
    }
}
