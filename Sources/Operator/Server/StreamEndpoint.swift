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
            return StreamEndpoint.failure(404, "NotFound", "the task has no stream")
        }
        let generation: Int64
        let offset: Int64
        let follows: Bool
        do throws(MalformedQuery) {
            generation = try StreamEndpoint.number("generation", request) ?? log.generation
            offset = try StreamEndpoint.number("offset", request) ?? log.first
            follows = try StreamEndpoint.flag("follow", request)
        } catch {
            return StreamEndpoint.failure(400, "BadRequest", error.sentence)
        }
        guard generation != log.generation || (log.first...log.count).contains(offset) else {
            return StreamEndpoint.failure(
                416, "RequestedRangeNotSatisfiable",
                "there is nothing at offset \(offset): the stream can be read from \(log.first)"
                    + " to \(log.count)")
        }
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

    /// A refusal as the API server writes one: of any other, kubectl shows the code alone.
    private static func failure(
        _ status: Int, _ reason: String, _ message: String
    ) -> HTTPServerResponse {
        let json: JSON = [
            "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Failure",
            "message": .string(message), "reason": .string(reason),
            "code": .integer(Int64(status)),
        ]
        return HTTPServerResponse(
            status: status, headers: ["Content-Type": "application/json"],
            body: .bytes(json.bytes + [0x0A]))
    }

    /// A parameter that cannot be meant: taken as absent, it would give what nobody asked for.
    private struct MalformedQuery: Error {
        let sentence: String
    }

    private static func number(
        _ name: String, _ request: HTTPServerRequest
    ) throws(MalformedQuery) -> Int64? {
        guard let text = request.queryValue(name) else { return nil }
        guard let number = Int64(text), number >= 0 else {
            throw MalformedQuery(
                sentence: "\(name) is a whole number from 0, not \(JSON.string(text).text)")
        }
        return number
    }

    private static func flag(
        _ name: String, _ request: HTTPServerRequest
    ) throws(MalformedQuery) -> Bool {
        switch request.queryValue(name) {
        case nil, "false"?: return false
        case "true"?: return true
        case let text?:
            throw MalformedQuery(
                sentence: "\(name) is true or false, not \(JSON.string(text).text)")
        }
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
