internal import Values
internal import Workflows

extension RunMachine {
    /// Why values nest too deep to be stored, or nil.
    ///
    /// One object that an API server refuses, or that a list cannot be read with, would hold up more
    /// than the run that made it.
    ///
    /// - Parameter size: The bytes of their canonical JSON, where they are known.
    func depthError(_ name: String, _ given: JSONObject, size: Int = .max) -> TaskError? {
        // Every level has two brackets: most values are too small to be too deep.
        guard size / 2 > limits.valueDepth, JSON.object(given).nests(deeperThan: limits.valueDepth)
        else { return nil }
        return TaskError(
            type: EngineErrorType.outputTooDeep,
            message: "\(name) nest deeper than the \(limits.valueDepth) levels that a status may"
                + " hold; give what is deep as a text", isRetryable: false)
    }
}
