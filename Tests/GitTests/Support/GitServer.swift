import HTTP
import POSIX
import Synchronization
import TestSupport
import Testing

@testable import Git

/// A git server over TLS in this process, and clients that trust it.
///
/// It is our own HTTP server before git's own `upload-pack`.
final class GitServer: Sendable {
    let client = HTTPClient()
    /// The certificate of the authority that signed the server's.
    let authority: [UInt8]
    /// How often each path was asked for.
    private let asked: Log
    private let server: HTTPServer

    final class Log: Sendable {
        private let entries = Mutex<[String]>([])
        func add(_ entry: String) { entries.withLock { $0.append(entry) } }
        var all: [String] { entries.withLock { $0 } }
    }

    /// What the server answers before git is asked; nil lets git answer.
    typealias Guard = @Sendable (HTTPServerRequest) -> HTTPServerResponse?

    /// Serves the repository as `/team/repo.git`.
    init(
        _ remote: GitFixture, certificate: TestCertificate,
        guardedBy check: @escaping Guard = { _ in nil }
    ) throws {
        let path = remote.path
        let log = Log()
        asked = log
        authority = certificate.authorityPEM
        server = try HTTPServer(
            configuration: HTTPServerConfiguration(
                tls: HTTPServerTLS(
                    certificatePEM: certificate.certificatePEM, keyPEM: certificate.keyPEM))
        ) { request in
            log.add("\(request.method.rawValue) \(request.path)")
            if let response = check(request) { return response }
            return await GitServer.answer(request, path: path)
        }
    }

    var origin: String { "https://127.0.0.1:\(server.port)" }
    var url: String { origin + "/team/repo.git" }
    var requests: [String] { asked.all }
    var credentials: GitCredentials { GitCredentials(caPEM: authority) }

    func clone(_ remote: GitFixture, _ name: String = "clone") async throws -> GitRepository {
        try await GitRepository.open(directory: remote.file(name), http: client)
    }

    func stop() async {
        await client.shutdown()
        await server.shutdown()
    }

    private static func answer(_ request: HTTPServerRequest, path: String) async
        -> HTTPServerResponse
    {
        let isListing = request.path == "/team/repo.git/info/refs"
        guard isListing || request.path == "/team/repo.git/git-upload-pack" else {
            return HTTPServerResponse(status: 404, text: "no such repository")
        }
        let arguments =
            ["upload-pack", "--stateless-rpc"] + (isListing ? ["--advertise-refs"] : []) + [path]
        let result = try? await ChildProcess.collect(
            ChildConfiguration(
                executable: "git", arguments: arguments, environment: GitFixture.environment,
                standardInput: request.body),
            maximumBytes: 256 << 20)
        guard let result else { return HTTPServerResponse(status: 500, text: "git failed") }
        let kind = isListing ? "advertisement" : "result"
        let prefix = isListing ? Array("001e# service=git-upload-pack\n0000".utf8) : []
        return HTTPServerResponse(
            status: 200, headers: ["Content-Type": "application/x-git-upload-pack-\(kind)"],
            body: .bytes(prefix + result.output))
    }
}

/// A certificate for 127.0.0.1, and the authority that signed it.
struct TestCertificate: Sendable {
    let authorityPEM: [UInt8]
    let certificatePEM: [UInt8]
    let keyPEM: [UInt8]

    init() async throws {
        let directory = try TemporaryDirectory()
        let script = """
            set -e
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
              -subj /CN=authority -addext basicConstraints=critical,CA:TRUE \
              -keyout ca.key -out ca.pem
            openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
              -subj /CN=127.0.0.1 -keyout server.key -out server.csr
            printf 'subjectAltName=IP:127.0.0.1\\n' > server.ext
            openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 \
              -extfile server.ext -out server.pem
            """
        let result = try await ChildProcess.collect(
            ChildConfiguration(
                executable: "/bin/sh", arguments: ["-c", script],
                environment: GitFixture.environment, workingDirectory: directory.path))
        try #require(
            result.status.isSuccess, "\(String(decoding: result.error, as: UTF8.self))")
        let read = { (name: String) in
            try FileSystem.read(directory.file(name), maximumBytes: 1 << 16)
        }
        authorityPEM = try read("ca.pem")
        certificatePEM = try read("server.pem")
        keyPEM = try read("server.key")
    }
}
