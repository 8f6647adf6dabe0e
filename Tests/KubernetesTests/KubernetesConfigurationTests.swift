import Kubernetes
import POSIX
import Testing
import Values

@Suite struct KubernetesConfigurationTests {
    /// Writes files into a directory of the test's own and removes it at last.
    private func withFiles(
        _ files: [String: String], _ body: (String) throws -> Void
    ) throws {
        let directory = try FileSystem.makeTemporaryDirectory(prefix: "kubeconfig")
        for (name, text) in files {
            try FileSystem.write(Array(text.utf8), to: "\(directory)/\(name)")
        }
        let result = Result { try body(directory) }
        try FileSystem.remove(directory)
        try result.get()
    }

    private static let first = """
        apiVersion: v1
        kind: Config
        clusters:
        - name: one
          cluster: {server: "https://one:6443/", certificate-authority-data: Q0E=}
        users:
        - {name: ann, user: {token: first-token}}
        contexts:
        - {name: a, context: {cluster: one, user: ann, namespace: team}}
        current-context: a
        """

    private static let second = """
        kind: Config
        clusters:
        - name: one
          cluster: {server: "https://other"}
        - name: two
          cluster: {server: "https://two", certificate-authority: ca.pem}
        users:
        - {name: ann, user: {token: second-token}}
        - name: bob
          user: {client-certificate: cert.pem, client-key-data: S0VZ, as: eve, as-groups: [g]}
        contexts:
        - {name: b, context: {cluster: two, user: bob}}
        current-context: b
        """

    @Test func `of two files the earlier stands, and paths are meant from their file`() throws {
        try withFiles([
            "first": Self.first, "second": Self.second, "ca.pem": "CA2", "cert.pem": "CERT",
        ]) { directory in
            let listed = "\(directory)/first:\(directory)/absent::\(directory)/second"
            let environment: (String) -> String? = { $0 == "KUBECONFIG" ? listed : nil }
            let one = try KubernetesConfiguration.load(environment: environment)
            #expect(one.server == "https://one:6443")
            #expect(one.namespace == "team")
            #expect(one.credentials == .token("first-token"))
            #expect(one.certificateAuthority == Array("CA".utf8))
            let two = try KubernetesConfiguration.load(context: "b", environment: environment)
            #expect(two.server == "https://two")
            #expect(two.namespace == "default")
            #expect(two.certificateAuthority == Array("CA2".utf8))
            #expect(two.clientCertificate == Array("CERT".utf8))
            #expect(two.clientKey == Array("KEY".utf8))
            #expect(two.impersonation == Impersonation(user: "eve", groups: ["g"]))
        }
    }

    @Test func `the file given wins, then the list, then the Pod, then the home`() throws {
        try withFiles([
            "given": Self.first, "listed": Self.second.replacing("second-token", with: "x"),
            "ca.pem": "CA", "cert.pem": "CERT", "token": "t\n", "ca.crt": "CA\n",
            "namespace": "pods\n",
        ]) { directory in
            var variables = [
                "HOME": directory, "KUBECONFIG": "\(directory)/listed",
                "KUBERNETES_SERVICE_HOST": "10.0.0.1", "KUBERNETES_SERVICE_PORT": "443",
            ]
            func load(_ file: String? = nil) throws -> KubernetesConfiguration {
                try KubernetesConfiguration.load(kubeconfig: file) { variables[$0] }
            }
            #expect(try load("\(directory)/given").server == "https://one:6443")
            #expect(try load().server == "https://two")
            variables["KUBECONFIG"] = nil
            let pod = try KubernetesConfiguration.inCluster(directory: directory) { variables[$0] }
            #expect(pod?.server == "https://10.0.0.1:443")
            #expect(pod?.namespace == "pods")
            #expect(pod?.credentials == .tokenFile("\(directory)/token"))
            variables["KUBERNETES_SERVICE_HOST"] = nil
            try FileSystem.createDirectory("\(directory)/.kube")
            try FileSystem.write(Array(Self.first.utf8), to: "\(directory)/.kube/config")
            #expect(try load().server == "https://one:6443")
        }
    }

    @Test(arguments: [
        ("current-context: a", "current-context: ", "current-context is missing"),
        ("current-context: a", "current-context: z", "has no entry 'z' (it has: a)"),
        ("cluster: one,", "cluster: none,", "contexts[0].context.cluster names 'none'"),
        ("user: ann,", "user: nobody,", "contexts[0].context.user names 'nobody'"),
        ("server: \"https://one:6443/\"", "x: y", "clusters[0].cluster.server is missing"),
        ("https://one:6443/", "one:6443", "clusters[0].cluster.server must start with https://"),
        ("Q0E=", "'*'", "clusters[0].cluster.certificate-authority-data is not Base64"),
        ("token: first-token", "token: 7", "users[0].user.token must be a string"),
        (
            "token: first-token", "exec: {command: aws-iam}",
            "users[0].user.exec asks for the credential plugin 'aws-iam'"
        ),
        (
            "token: first-token", "auth-provider: {name: gcp}",
            "users[0].user.auth-provider asks for the credential plugin 'gcp'"
        ),
        (
            "token: first-token", "client-certificate-data: Q0E=",
            "users[0].user.client-key is missing"
        ),
        (
            "certificate-authority-data: Q0E=", "certificate-authority: /nowhere/ca",
            "certificate-authority names a file that cannot be used"
        ),
        (
            "server: \"https://one:6443/\"",
            "server: \"https://one\", insecure-skip-tls-verify: true",
            "insecure-skip-tls-verify cannot stand beside"
        ),
        ("kind: Config", "kind: Pod", "kind must be Config and is Pod"),
        ("clusters:", "clusters: [", "kubeconfig:"),
    ])
    func `an error names the file and the field`(
        old: String, new: String, expected: String
    ) throws {
        try withFiles(["kubeconfig": Self.first.replacing(old, with: new)]) { directory in
            let error = #expect(throws: KubernetesError.self) {
                try KubernetesConfiguration.load(kubeconfig: "\(directory)/kubeconfig")
            }
            #expect(error?.code == .configuration)
            #expect(error?.message.contains("\(directory)/kubeconfig") == true)
            #expect(error?.message.contains(expected) == true, "\(error?.message ?? "")")
            #expect(error?.message.contains("first-token") != true)
        }
    }

    @Test func `nothing to be found says what was looked for`() {
        let error = #expect(throws: KubernetesError.self) {
            try KubernetesConfiguration.load { $0 == "HOME" ? "/nowhere" : nil }
        }
        #expect(error?.message.contains("/nowhere/.kube/config") == true)
    }
}
