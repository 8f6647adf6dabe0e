import Executors
import HTTP
import Kubernetes
import Operator
import POSIX
import Streams
import Synchronization
import TestSupport
import Testing
import Values

/// `/logs`: what attempts wrote, in pages.
@Suite struct LogEndpointTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    /// What is asked of the disk.
    private final class Disk: Sendable {
        let lists = Mutex(0)
        let reads = Mutex<[Int]>([])

        var files: AttemptFiles {
            let real = AttemptFiles.system
            return AttemptFiles(
                list: { [self] path throws(FileError) in
                    lists.withLock { $0 += 1 }
                    return try real.list(path)
                },
                read: { [self] path throws(FileError) in
                    let bytes = try real.read(path)
                    reads.withLock { $0.append(bytes.count) }
                    return bytes
                },
                readPart: { [self] path, offset, maximumBytes throws(FileError) in
                    let bytes = try real.readPart(path, offset, maximumBytes)
                    reads.withLock { $0.append(bytes.count) }
                    return bytes
                },
                replace: real.replace, append: real.append, createDirectory: real.createDirectory,
                remove: real.remove)
        }
    }

    @Test func `a page costs its own bytes, and a look through the folder no attempt in it`()
        async throws
    {
        let http = HTTPClient()
        let disk = Disk()
        var configuration = Operator.Configuration(
            dataDirectory: directory.path, http: http, executors: ExecutorRegistry([]),
            instance: "logs")
        configuration.files = disk.files
        let client = KubernetesClient(
            configuration: KubernetesConfiguration(
                server: "http://127.0.0.1:1", credentials: .none), http: http)
        let work = Operator(client: client, configuration: configuration)
        let text = (0..<1_500_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        for attempt in 1...2 {
            let key = AttemptLogStore.Key(runUID: "uid-1", taskID: "task", attempt: attempt)
            work.logs.open(key)
            work.logs.append(attempt == 1 ? text : Array("second".utf8), to: key)
            work.logs.close(key)
        }
        let endpoints = OperatorEndpoints(work, token: "token")
        func page(_ query: String) throws -> (attempt: Int64?, bytes: [UInt8]) {
            let request = try #require(
                HTTPServerRequest(
                    method: .get, target: "/logs/uid-1/task\(query)",
                    headers: ["Authorization": "Bearer token"]))
            let response = try #require(endpoints.respond(to: request))
            guard case .bytes(let body) = response.body else { return (nil, []) }
            let json = try JSON(parsing: body)
            return (
                json["attempt"]?.integerValue,
                Base64.decode(json["data"]?.stringValue ?? "") ?? []
            )
        }
        let first = try page("?attempt=1").bytes
        #expect(first == Array(text.prefix(first.count)))
        let second = try page("?attempt=1&offset=\(first.count)").bytes
        #expect(first + second == text)
        #expect(try page("?attempt=1&offset=\(text.count)").bytes.isEmpty)
        #expect(try page("?attempt=3").bytes.isEmpty)
        #expect(disk.lists.withLock { $0 } == 0)
        #expect(disk.reads.withLock { $0 } == [first.count, second.count, 0])

        // Who names none is given the last one.
        #expect(try page("") == (2, Array("second".utf8)))
        #expect(disk.lists.withLock { $0 } == 1)
        await http.shutdown()
    }
}
