internal import POSIX
internal import Values

extension KubernetesConfiguration {
    /// Finds the configuration where a Kubernetes program looks for it.
    ///
    /// The first of these stands: the file given; the files that `KUBECONFIG` lists; the service
    /// account of the Pod this runs in; `~/.kube/config`.
    ///
    /// - Parameters:
    ///   - kubeconfig: A file, which must be there.
    ///   - context: The context to use in place of the current one.
    ///   - environment: Gives a variable of the environment; nil means this process's.
    /// - Throws: ``KubernetesError`` with code `configuration`, naming the file and field.
    public static func load(
        kubeconfig: String? = nil, context: String? = nil,
        environment: ((String) -> String?)? = nil
    ) throws(KubernetesError) -> KubernetesConfiguration {
        if let kubeconfig { return try read([kubeconfig], context: context) }
        let environment = environment ?? Environment.variable
        let listed = (environment("KUBECONFIG") ?? "").split(separator: ":").map(String.init)
        if !listed.isEmpty {
            // As kubectl does: a listed file may be absent, but not all of them.
            let present = listed.filter { FileSystem.exists($0) }
            guard !present.isEmpty else {
                throw KubernetesError(
                    .configuration,
                    "cannot load the kubeconfig: KUBECONFIG names no file that is there "
                        + "(\(listed.joined(separator: ":")))")
            }
            return try read(present, context: context)
        }
        if let inCluster = try inCluster(environment: environment) { return inCluster }
        let home = environment("HOME") ?? ""
        let standard = "\(home)/.kube/config"
        guard !home.isEmpty, FileSystem.exists(standard) else {
            throw KubernetesError(
                .configuration,
                "cannot find an API server: give a kubeconfig, set KUBECONFIG, or run in a Pod "
                    + "(\(standard) is not there)")
        }
        return try read([standard], context: context)
    }

    private static func read(
        _ files: [String], context: String?
    ) throws(KubernetesError) -> KubernetesConfiguration {
        var kubeconfig = Kubeconfig()
        var seen: Set<String> = []
        for file in files where seen.insert(file).inserted { try kubeconfig.add(file: file) }
        return try kubeconfig.configuration(context: context)
    }

    /// Where Pods find their service account.
    public static let serviceAccountDirectory = "/var/run/secrets/kubernetes.io/serviceaccount"

    /// Makes the configuration of the Pod this runs in; nil where it runs in none.
    ///
    /// - Throws: ``KubernetesError`` with code `configuration` when the Pod's files are incomplete.
    public static func inCluster(
        directory: String = serviceAccountDirectory,
        environment: ((String) -> String?)? = nil
    ) throws(KubernetesError) -> KubernetesConfiguration? {
        let environment = environment ?? Environment.variable
        guard let host = environment("KUBERNETES_SERVICE_HOST"), !host.isEmpty,
            let port = environment("KUBERNETES_SERVICE_PORT"), !port.isEmpty
        else { return nil }
        let token = "\(directory)/token"
        guard FileSystem.exists(token) else { return nil }
        var configuration = KubernetesConfiguration(
            server: "https://\(host.contains(":") ? "[\(host)]" : host):\(port)",
            credentials: .tokenFile(token))
        do {
            configuration.certificateAuthority = try FileSystem.read(
                "\(directory)/ca.crt", maximumBytes: KubernetesLimits.maximumConfigurationBytes)
            let namespace = "\(directory)/namespace"
            if FileSystem.exists(namespace) {
                let bytes = try FileSystem.read(namespace, maximumBytes: 1024)
                configuration.namespace = trimmed(bytes)
            }
        } catch {
            throw KubernetesError(
                .configuration, "cannot use the service account of this Pod: \(error)")
        }
        return configuration
    }

    /// The text without white space around it, as files end in a line break.
    static func trimmed(_ bytes: [UInt8]) -> String {
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
        let start = bytes.firstIndex { !isSpace($0) } ?? bytes.endIndex
        let end = bytes.lastIndex { !isSpace($0) }.map { $0 + 1 } ?? start
        return String(decoding: bytes[start..<end], as: UTF8.self)
    }
}
