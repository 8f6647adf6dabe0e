internal import Values

extension Kubeconfig {
    /// Makes the configuration of a context, by default the current one.
    func configuration(context wanted: String?) throws(KubernetesError) -> KubernetesConfiguration {
        let place = files.joined(separator: ":")
        guard let name = wanted ?? currentContext else {
            throw Kubeconfig.invalid(
                place, "current-context", "is missing, and no context was asked for")
        }
        guard let context = contexts[name] else {
            let known = contexts.keys.sorted().joined(separator: ", ")
            throw Kubeconfig.invalid(
                place, "contexts",
                "has no entry '\(name)' (it has: \(known.isEmpty ? "none" : known))")
        }
        guard let clusterName = try context.string("cluster") else {
            throw context.invalid("cluster", "is missing")
        }
        guard let cluster = clusters[clusterName] else {
            throw context.invalid("cluster", "names '\(clusterName)', which clusters does not have")
        }
        var configuration = try Kubeconfig.configuration(of: cluster)
        if let namespace = try context.string("namespace") { configuration.namespace = namespace }
        // A context without a user is anonymous, as kubectl has it.
        guard let userName = try context.string("user") else { return configuration }
        guard let user = users[userName] else {
            throw context.invalid("user", "names '\(userName)', which users does not have")
        }
        try Kubeconfig.apply(user, to: &configuration)
        return configuration
    }

    private static func configuration(
        of cluster: Entry
    ) throws(KubernetesError) -> KubernetesConfiguration {
        guard let server = try cluster.string("server") else {
            throw cluster.invalid("server", "is missing")
        }
        guard server.hasPrefix("https://") || server.hasPrefix("http://") else {
            throw cluster.invalid("server", "must start with https:// or http://")
        }
        for name in ["tls-server-name", "proxy-url"] where try cluster.string(name) != nil {
            throw cluster.invalid(
                name, "is not supported; remove it, or use a server address that needs none")
        }
        var configuration = KubernetesConfiguration(server: server)
        configuration.skipsVerification = try cluster.bool("insecure-skip-tls-verify")
        configuration.certificateAuthority = try cluster.bytes("certificate-authority")
        if configuration.skipsVerification, configuration.certificateAuthority != nil {
            throw cluster.invalid(
                "insecure-skip-tls-verify", "cannot stand beside a certificate-authority")
        }
        return configuration
    }

    private static func apply(
        _ user: Entry, to configuration: inout KubernetesConfiguration
    ) throws(KubernetesError) {
        configuration.clientCertificate = try user.bytes("client-certificate")
        configuration.clientKey = try user.bytes("client-key")
        guard (configuration.clientCertificate == nil) == (configuration.clientKey == nil) else {
            let missing = configuration.clientKey == nil ? "client-key" : "client-certificate"
            throw user.invalid(missing, "is missing beside its other half")
        }
        // As kubectl has it, a token file stands above a token.
        if let path = try user.path("tokenFile") {
            configuration.credentials = .tokenFile(path)
        } else if let token = try user.string("token") {
            configuration.credentials = .token(token)
        } else if let name = try user.string("username") {
            configuration.credentials = .password(
                user: name, password: try user.string("password") ?? "")
        }
        if let name = try user.string("as") {
            let groups = (user.fields["as-groups"]?.arrayValue ?? []).compactMap(\.stringValue)
            configuration.impersonation = Impersonation(
                user: name, groups: groups, uid: try user.string("as-uid"))
        }
        let identified = configuration.credentials != .none || configuration.clientKey != nil
        for name in ["exec", "auth-provider"] {
            guard !identified, let plugin = user.fields[name], !plugin.isNull else { continue }
            let command = plugin["command"]?.stringValue ?? plugin["name"]?.stringValue ?? name
            throw user.invalid(
                name,
                "asks for the credential plugin '\(command)', and plugins are not run; use a "
                    + "token, a tokenFile or a client certificate")
        }
    }
}
