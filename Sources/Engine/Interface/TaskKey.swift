internal import Crypto
public import Values

/// The key of a task's result: what it depends on, digested.
///
/// Two attempts with one key would do the same with the same inputs, whichever run they are part of.
/// So a result may stand in for another of its key: from an earlier try of the run, or from a cache.
public enum TaskKey {
    /// The SHA-256 over the canonical JSON of all a task's result depends on, as `sha256:…`.
    public static func of(
        type: String, executor: String? = nil, inputs: JSONObject, config: JSONObject = [:]
    ) -> String {
        let parts: JSON = [
            "config": .object(config), "executor": executor.map { .string($0) } ?? .null,
            "inputs": .object(inputs), "type": .string(type),
        ]
        return parts.digest.description
    }

    /// The key of a result that depends on what its author says and on nothing else.
    public static func of(type: String, written: JSON) -> String {
        let parts: JSON = ["key": written, "type": .string(type)]
        return parts.digest.description
    }
}
