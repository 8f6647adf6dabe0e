import HTTP
import Streams
import Values

/// `GET /streams/UID/TASK?offset=N`: the records of a task's stream from an offset on, while the task
/// runs and after, as JSON lines of `offset` and `record`.
///
/// With `follow=true` the response goes on with what comes, until the stream is over. The last line
/// tells where it stands: `next`, the offset of the next record, `generation`, which goes up where the
/// task began its output anew, and `ended`. A reader that comes back with `next` as its offset gets
/// exactly what follows; one that gives a `generation` that is over is told of the new one.
struct StreamEndpoint: Sendable {
    let target: Operator

    /// The answer to a request.
    func respond(to request: HTTPServerRequest) -> HTTPServerResponse {
        let uid = request.pathSegments[1]
        let address = StreamStore.Address(runUID: uid, path: request.pathSegments[2])
        guard let log = log(address) else {
            return HTTPServerResponse(status: 404, text: "the task has no stream\n")
        }
        let generation = request.queryValue("generation").flatMap { Int64($0) } ?? log.generation
        let offset = request.queryValue("offset").flatMap { Int64($0) } ?? log.first
        guard generation != log.generation || (log.first...log.count).contains(offset) else {
            return HTTPServerResponse(
                status: 416,
                text: "the records from \(log.first) to \(log.count) are kept\n")
        }
        let follows = request.queryValue("follow") == "true"
        return HTTPServerResponse(
            status: 200, headers: ["Content-Type": "application/x-ndjson"],
            body: .stream { writer in
                try await send(
                    log, uid, generation: generation, from: offset, follows: follows, to: writer)
            })
    }

    /// The log of a stream, which its readers share with its writer as long as the run goes on; nil
    /// where nothing is stored of it.
    private func log(_ address: StreamStore.Address) -> StreamLog? {
        guard let stored = target.streams.stored(address) else { return nil }
        guard target.drives(runUID: address.runUID) else { return stored }
        let shared = target.streams.log(address)
        // It may have ended since it was looked at, and nobody would let go of the log again.
        if !target.drives(runUID: address.runUID) { target.streams.close(runUID: address.runUID) }
        return shared
    }

    private func send(
        _ log: StreamLog, _ uid: String, generation: Int64, from start: Int64, follows: Bool,
        to writer: HTTPBodyWriter
    ) async throws {
        var offset = start
        var place = StreamLog.ReadingPlace()
        var isEnded = false
        reading: while true {
            // Looked at first: what a run wrote before its end is read behind it.
            let isDriven = target.drives(runUID: uid)
            switch try log.read(generation: generation, from: offset, as: &place) {
            case .records(let records):
                var lines: [UInt8] = []
                for record in records { lines += StreamEndpoint.line(record) }
                offset += Int64(records.count)
                try await writer.write(lines)
            case .nothing(let version):
                // Of a run that has ended, or whose server has, nothing more comes.
                isEnded = !isDriven
                guard follows, !isEnded else { break reading }
                await log.wait(beyond: version, for: .seconds(1))
                try Task.checkCancellation()
            case .restarted: break reading
            case .ended:
                isEnded = true
                break reading
            }
        }
        let last: JSON = [
            "ended": .bool(isEnded), "generation": .integer(log.generation),
            "next": .integer(log.generation == generation ? offset : 0),
        ]
        try await writer.write(last.bytes + [0x0A])
    }

    private static func line(_ record: StreamRecord) -> [UInt8] {
        var line: JSON = ["offset": .integer(record.offset)]
        switch record.content {
        case .value(let value): line["record"] = value
        case .line(let bytes):
            line["record"] =
                (try? JSON(parsing: bytes))
                ?? .string(String(decoding: bytes, as: UTF8.self))
        }
        return line.bytes + [0x0A]
    }
}
