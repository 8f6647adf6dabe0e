internal import POSIX
internal import Values
internal import Workflows

/// What a command wrote and how it ended, as the outputs of its task.
struct CommandResult {
    private var standardOutput = OutputTail(
        tailBytes: ExecutorLimits.textBytes, wholeBytes: ExecutorLimits.jsonBytes)
    private var standardError = OutputTail(tailBytes: ExecutorLimits.textBytes)

    mutating func append(_ bytes: [UInt8], to stream: AttemptOutputStream) {
        switch stream {
        case .stdout: standardOutput.append(bytes)
        case .stderr: standardError.append(bytes)
        }
    }

    /// The outputs of a command that ended as its task wants.
    ///
    /// - Throws: `CommandFailed` where it did not; a validation error where its output is not of the
    ///   format the task asks for.
    func outputs(
        of inputs: CommandInputs, endedWith status: ExitStatus
    ) throws(TaskError) -> JSONObject {
        guard case .exited(let code) = status, inputs.successExitCodes.contains(Int64(code)) else {
            throw failure(of: inputs, status)
        }
        var outputs: JSONObject = [
            "stdout": .string(standardOutput.text), "stderr": .string(standardError.text),
            "exitCode": .integer(Int64(code)),
        ]
        if standardOutput.isTruncated { outputs["stdoutTruncated"] = true }
        if standardError.isTruncated { outputs["stderrTruncated"] = true }
        switch inputs.format {
        case .text: break
        case nil:
            if let whole = standardOutput.whole { outputs["json"] = try? JSON(parsing: whole) }
        case .json: outputs["json"] = try json(of: inputs)
        case .lines: outputs["lines"] = try lines(of: inputs)
        }
        return outputs
    }

    private func json(of inputs: CommandInputs) throws(TaskError) -> JSON {
        let bytes = try whole(of: inputs)
        do { return try JSON(parsing: bytes) } catch {
            throw .invalid("what \(inputs.displayName) wrote is not JSON: \(error)")
        }
    }

    private func lines(of inputs: CommandInputs) throws(TaskError) -> JSON {
        let bytes = try whole(of: inputs)
        var values: [JSON] = []
        for (index, line) in bytes.split(separator: UInt8(ascii: "\n")).enumerated() {
            do { values.append(try JSON(parsing: Array(line))) } catch {
                throw .invalid(
                    "line \(index + 1) of what \(inputs.displayName) wrote is not JSON: "
                        + error.message)
            }
        }
        return .array(values)
    }

    private func whole(of inputs: CommandInputs) throws(TaskError) -> [UInt8] {
        if let whole = standardOutput.whole { return whole }
        throw TaskError(
            type: TaskError.Kind.tooLarge,
            message: "\(inputs.displayName) wrote \(standardOutput.count) bytes, and at most "
                + "\(ExecutorLimits.jsonBytes) are read as JSON",
            isRetryable: false)
    }

    private func failure(of inputs: CommandInputs, _ status: ExitStatus) -> TaskError {
        let quotation = standardError.quotation
        var code: Int?
        if case .exited(let number) = status { code = Int(number) }
        return TaskError(
            type: CommandExecutor.failedErrorType,
            message: "\(inputs.displayName) \(status)"
                + (quotation.isEmpty ? "" : ": \(quotation)"),
            isRetryable: true, code: code)
    }
}
