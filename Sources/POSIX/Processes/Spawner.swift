internal import CPOSIX
internal import Glibc

/// The start of a program, on the event loop's thread.
enum Spawner {
    /// Starts a program with three descriptors of this process and gives its number.
    static func spawn(
        _ configuration: ChildConfiguration, input: Int32, output: Int32, error: Int32
    ) throws(SpawnError) -> Int32 {
        let path = try ExecutableSearch.find(
            configuration.executable, in: configuration.environment["PATH"] ?? "/usr/bin:/bin")
        let environment = configuration.environment.sorted { $0.key < $1.key }
        let arguments = [configuration.executable] + configuration.arguments
        let variables = environment.map { "\($0.key)=\($0.value)" }
        let directory = configuration.workingDirectory
        // A zero byte would silently cut an argument, which may mean something else then.
        guard
            ([path, directory ?? ""] + arguments + variables).allSatisfy({ !$0.utf8.contains(0) })
        else {
            throw SpawnError(step: .execute, name: configuration.executable, code: .invalidArgument)
        }
        let limits = configuration.limits.kernelLimits
        let result = unsafe withCStrings(arguments) { arguments in
            unsafe withCStrings(variables) { variables in
                unsafe withCStrings([path] + (directory.map { [$0] } ?? [])) { paths in
                    unsafe limits.withUnsafeBufferPointer { limits in
                        var request = unsafe cposix_spawn_request(
                            path: paths[0], arguments: arguments, environment: variables,
                            directory: paths[1], standard_input: input, standard_output: output,
                            standard_error: error, limits: limits.baseAddress,
                            limit_count: Int32(limits.count))
                        return unsafe cposix_spawn(&request)
                    }
                }
            }
        }
        guard result.step != 0 else { return result.process }
        // The child has ended already, and is not to stay as a zombie.
        if result.process > 0 { _ = reap(result.process) }
        throw failure(of: configuration, result)
    }

    /// Waits for a child that has ended, or is about to, and gives how it did.
    static func reap(_ process: Int32) -> ExitStatus {
        var status: Int32 = 0
        while unsafe waitpid(process, &status, 0) < 0 {
            // Somebody else waited for all children; how this one ended is lost.
            guard errno == EINTR else { return .signalled(.kill) }
        }
        return ExitStatus(waitStatus: status)
    }

    private static func failure(
        of configuration: ChildConfiguration, _ result: cposix_spawn_result
    ) -> SpawnError {
        let code = ErrorNumber(rawValue: result.error_number)
        let executable = configuration.executable
        return switch UInt32(result.step) {
        case CPOSIX_SPAWN_DIRECTORY.rawValue:
            SpawnError(
                step: .directory, name: configuration.workingDirectory ?? ".", code: code)
        case CPOSIX_SPAWN_EXECUTE.rawValue:
            SpawnError(step: .execute, name: executable, code: code)
        default: SpawnError(step: .system, name: executable, code: code)
        }
    }

    /// Lends texts as the null-terminated array that `execve` takes.
    private static func withCStrings<Result>(
        _ texts: [String],
        _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
    ) -> Result {
        var pointers = unsafe texts.map { unsafe strdup($0) }
        // Two ends, so that the element after a lone text can be read.
        unsafe pointers += [nil, nil]
        defer { for index in 0..<texts.count { unsafe free(pointers[index]) } }
        return unsafe pointers.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { preconditionFailure("an empty array") }
            return unsafe body(base)
        }
    }
}
