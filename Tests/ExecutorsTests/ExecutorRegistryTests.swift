import Executors
import HTTP
import Testing
import Values
import Workflows

@Suite struct ExecutorRegistryTests {
    @Test func `an unknown type is told with the one that was meant`() async throws {
        let registry = ExecutorRegistry.builtIn(http: HTTPClient(), commands: CommandExecutor())
        #expect(registry.types == ["command", "http", "transform"])
        #expect(try registry.executor(forType: "http").type == "http")
        let error = #expect(throws: UnknownTaskTypeError.self) {
            try registry.executor(forType: "comand")
        }
        #expect(error?.suggestion == "command")
        #expect(error?.known == ["command", "http", "transform"])
        let outcome = await registry.execute(
            attempt([:]), ofType: "teleport", output: DiscardedOutput())
        #expect(outcome.error?.type == TaskError.Kind.unsupported)
        #expect(
            outcome.error?.message
                == "no executor runs tasks of type \"teleport\". Known types: command, http, transform"
        )
        #expect(outcome.error?.isRetryable == false)
    }

    @Test func `commands may be left out`() {
        let registry = ExecutorRegistry.builtIn(http: HTTPClient(), commands: nil)
        #expect(registry.types == ["http", "transform"])
    }

    @Test func `a transform gives its inputs`() async {
        let inputs: JSONObject = ["value": ["a": [1, nil]], "other": "x"]
        let outcome = await TransformExecutor().execute(
            attempt(inputs), output: DiscardedOutput())
        #expect(outcome == .succeeded(outputs: inputs))
    }
}
