import Console
import Kubernetes
import POSIX
import Workflows
import YAML

extension CommandFailure {
    /// A failed call to the API server, with what to do where that is known.
    init(_ error: KubernetesError) {
        let advice: String? =
            switch error.code {
            case .unauthorized:
                "the token is wrong or has expired; get a new kubeconfig"
            case .forbidden: "ask for the right, or use another context"
            case .unknownPath:
                "does the cluster have our kinds? Install them with: llm-orchestrator install"
            // It answers, so that there is nothing to start.
            case .unavailable: "the server is starting, or has too much to do; try again soon"
            case .transport, .timeout:
                "is the server running? Start one with: llm-orchestrator server --embedded"
            default: nil
            }
        let message = advice.map { "\(error.description) (\($0))" } ?? error.description
        switch error.code {
        case .notFound, .unknownPath: self.init(.notFound, message)
        case .invalid, .badRequest: self.init(.invalidManifest, message)
        case .configuration: self.init(.usage, message)
        default: self.init(.unreachable, message)
        }
    }

    /// A wrong call, with where to look.
    init(_ error: UsageError, command: String) {
        self.init(.usage, "\(error.description)\nsee: llm-orchestrator \(command) --help")
    }

    /// Manifests with errors, told as `validate` tells them.
    static func refused(_ files: [ManifestFile]) -> CommandFailure {
        let reports = files.filter { !$0.diagnostics.all.isEmpty }.map { $0.rendered() + "\n" }
        return CommandFailure(report: reports.joined(separator: "\n"))
    }

    /// A run that has ended, of which nothing can be asked any more.
    init(ended run: KubernetesObject) {
        self.init(.runFailed, "the run \(run.name) has ended (\(run.phase))")
    }

    /// A file that cannot be read or written.
    init(_ error: FileError) { self.init(.notFound, error.description) }
}
