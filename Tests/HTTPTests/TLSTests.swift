import HTTP
import POSIX
import TestSupport
import Testing

@Suite struct TLSTests {
    /// A certificate for 127.0.0.1 that signs itself, with its key.
    static func makeCertificate() async throws -> HTTPServerTLS {
        let directory = try TemporaryDirectory()
        let (certificate, key) = (directory.file("cert.pem"), directory.file("key.pem"))
        let made = try await ChildProcess.collect(
            ChildConfiguration(
                executable: "openssl",
                arguments: [
                    "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                    "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-addext",
                    "subjectAltName=IP:127.0.0.1", "-out", certificate, "-keyout", key,
                ],
                environment: ["PATH": Environment.variable("PATH") ?? "/usr/bin"]))
        try #require(made.status.isSuccess, "\(String(decoding: made.error, as: UTF8.self))")
        return HTTPServerTLS(
            certificatePEM: try FileSystem.read(certificate, maximumBytes: 1 << 16),
            keyPEM: try FileSystem.read(key, maximumBytes: 1 << 16))
    }

    @Test func `a trusted certificate is spoken to`() async throws {
        let tls = try await TLSTests.makeCertificate()
        try await withServer(HTTPServerConfiguration(tls: tls)) { request in
            HTTPServerResponse(status: 200, body: .bytes(request.body))
        } _: { client, url, _ async throws in
            let body = [UInt8](repeating: 7, count: 2 << 20)
            let trusting = TLSOptions(caPEM: tls.certificatePEM)
            let request = HTTPRequest(method: .post, url: url, body: body, tls: trusting)
            #expect(try await client.send(request).body == body)
            #expect(try await client.send(request).body == body)
        }
    }

    @Test func `an unknown certificate is refused before anything is sent`() async throws {
        let tls = try await TLSTests.makeCertificate()
        let other = try await TLSTests.makeCertificate()
        try await withServer(HTTPServerConfiguration(tls: tls)) { _ in
            HTTPServerResponse(status: 200)
        } _: { client, url, _ async throws in
            var request = HTTPRequest(
                method: .post, url: url, tls: TLSOptions(caPEM: other.certificatePEM))
            for _ in 0..<2 {
                let error = await failure { () throws(HTTPError) in try await client.send(request) }
                #expect(error?.code == .tls)
                #expect(error?.outcomeUnknown == false)
                request.tls = TLSOptions()
            }
            request.tls = TLSOptions(skipVerification: true)
            #expect(try await client.send(request).status == 200)
            // The connection that was not verified must not serve who wants it verified.
            request.tls = TLSOptions(caPEM: other.certificatePEM)
            let error = await failure { () throws(HTTPError) in try await client.send(request) }
            #expect(error?.code == .tls)
        }
    }

    @Test func `streams and hang-ups work over TLS`() async throws {
        let tls = try await TLSTests.makeCertificate()
        let cancelled = Gate()
        try await withServer(HTTPServerConfiguration(tls: tls)) { _ in
            HTTPServerResponse(
                status: 200,
                body: .stream { writer in
                    for _ in 0..<100 {
                        try await writer.write([UInt8](repeating: 1, count: 10_000))
                    }
                    await waitForCancellation()
                    cancelled.open()
                })
        } _: { client, url, _ async throws in
            let request = HTTPRequest(url: url, tls: TLSOptions(caPEM: tls.certificatePEM))
            let stream = try await client.stream(request)
            var received = 0
            while received < 1_000_000 { received += try await stream.next()?.count ?? 0 }
            #expect(received == 1_000_000)
            stream.cancel()
            await cancelled.wait()
        }
    }

    @Test func `many requests share what TLS costs`() async throws {
        let tls = try await TLSTests.makeCertificate()
        try await withServer(HTTPServerConfiguration(tls: tls)) { _ in
            HTTPServerResponse(status: 200, text: "x")
        } _: { client, url, _ async throws in
            let options = TLSOptions(caPEM: tls.certificatePEM)
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<200 {
                    group.addTask {
                        try await client.send(HTTPRequest(url: url, tls: options)).status
                    }
                }
                for try await status in group { #expect(status == 200) }
            }
        }
    }
}
