import HTTP
import POSIX
import TestSupport
import Testing

/// The server these tests need, which is not everywhere.
private enum Nginx {
    static let path: String? = {
        let folders = Environment.variable("PATH") ?? "/usr/sbin:/usr/bin"
        return (folders + ":/usr/sbin").split(separator: ":").map { "\($0)/nginx" }
            .first { FileSystem.exists($0) }
    }()
}

/// Against nginx, as our own server speaks HTTP/1.1.
@Suite(.enabled(if: Nginx.path != nil, "nginx is not in PATH"))
struct HTTP2Tests {
    private static func withNginx(
        _ body: (_ socket: String, _ tls: TLSOptions) async throws -> Void
    ) async throws {
        let executable = try #require(Nginx.path)
        let directory = try TemporaryDirectory()
        let certificate = try await TLSTests.makeCertificate()
        try FileSystem.write(certificate.certificatePEM, to: directory.file("cert.pem"))
        try FileSystem.write(certificate.keyPEM, to: directory.file("key.pem"), permissions: 0o600)
        let configuration = """
            daemon off; master_process off; pid pid; error_log stderr crit;
            events { worker_connections 512; }
            http {
              access_log off; client_body_temp_path body; proxy_temp_path proxy;
              fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
              server {
                listen unix:\(directory.file("socket")) ssl http2;
                ssl_certificate cert.pem; ssl_certificate_key key.pem;
                location / { return 200 "$server_protocol $connection $request_method\\n"; }
                location /file { alias \(directory.file("large")); }
              }
            }
            """
        try FileSystem.write(Array(configuration.utf8), to: directory.file("nginx.conf"))
        try FileSystem.write([UInt8](repeating: 7, count: 8 << 20), to: directory.file("large"))
        let nginx = try await ChildProcess.spawn(
            ChildConfiguration(
                executable: executable,
                arguments: ["-p", directory.path, "-c", directory.file("nginx.conf")]))
        do {
            let trusting = TLSOptions(caPEM: certificate.certificatePEM)
            try await waitUntilServed(directory.file("socket"), trusting)
            try await body(directory.file("socket"), trusting)
        } catch {
            await nginx.terminate(grace: .seconds(1))
            throw error
        }
        await nginx.terminate(grace: .seconds(1))
    }

    private static func waitUntilServed(_ socket: String, _ tls: TLSOptions) async throws {
        let client = HTTPClient()
        let request = HTTPRequest(url: "https://127.0.0.1/", tls: tls, unixSocket: socket)
        let deadline = SystemClock.monotonic() + .seconds(20)
        while let error = await failure({ () throws(HTTPError) in try await client.send(request) })
        {
            if SystemClock.monotonic() > deadline { throw error }
            await Task.yield()
        }
        await client.shutdown()
    }

    @Test func `requests without a body share one HTTP/2 connection`() async throws {
        try await HTTP2Tests.withNginx { socket, tls async throws in
            let client = HTTPClient()
            var connections: Set<Substring> = []
            try await withThrowingTaskGroup(of: String.self) { group in
                for index in 0..<200 {
                    group.addTask {
                        try await client.send(
                            HTTPRequest(
                                method: index % 2 == 0 ? .get : .post, url: "https://127.0.0.1/",
                                body: index % 2 == 0 ? nil : [1, 2, 3], tls: tls,
                                unixSocket: socket)
                        ).text
                    }
                }
                for try await text in group {
                    let words = text.split(separator: " ")
                    #expect(words.first == (words[2] == "POST\n" ? "HTTP/1.1" : "HTTP/2.0"))
                    if words.first == "HTTP/2.0" { connections.insert(words[1]) }
                }
            }
            #expect(connections.count <= 4, "\(connections)")
            await client.shutdown()
        }
    }

    @Test func `a paused stream stops no other request`() async throws {
        try await HTTP2Tests.withNginx { socket, tls async throws in
            let client = HTTPClient()
            let stream = try await client.stream(
                HTTPRequest(url: "https://127.0.0.1/file", tls: tls, unixSocket: socket))
            var received = try await stream.next()?.count ?? 0
            for _ in 0..<50 {
                let request = HTTPRequest(url: "https://127.0.0.1/", tls: tls, unixSocket: socket)
                #expect(try await client.send(request).status == 200)
            }
            while let batch = try await stream.next() { received += batch.count }
            #expect(received == 8 << 20)
            let whole = HTTPRequest(url: "https://127.0.0.1/file", tls: tls, unixSocket: socket)
            #expect(try await client.send(whole).body.count == 8 << 20)
            await client.shutdown()
        }
    }
}
