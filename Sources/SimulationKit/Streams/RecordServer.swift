import Executors
import HTTP
import Streams
import Synchronization
import Values

/// What can go wrong with a response that is read as a stream.
enum ResponseFault: String, Sendable, Hashable, CaseIterable {
    /// Nobody answers.
    case unreachable
    /// It is refused for now.
    case refused
    /// Its connection breaks in the middle.
    case breaks
    /// It comes slowly.
    case slow
}

/// A service whose responses are read as streams: what it sends follows from a definition, and how it
/// does from the seed.
final class RecordServer: Sendable {
    private let world: World
    private let random: RandomStream
    private let rates: [ResponseFault: Double]
    /// How many responses each process has open.
    private let open = Mutex<[Int: Int]>([:])

    init(_ world: World) {
        self.world = world
        random = RandomStream(seed: world.seed, concern: 34)
        rates = world.streams?.sources?.responses ?? [:]
    }

    /// How many responses are open.
    var openCount: Int { open.withLock { $0.values.reduce(0, +) } }

    /// The way of a process to it.
    func transport(of host: Host) -> RecordTransport {
        RecordTransport { [self] request throws(HTTPError) in try await answer(request, host) }
    }

    private func strikes(_ fault: ResponseFault) -> Bool {
        guard !world.faults.isHealed, let rate = rates[fault], random.chance(rate) else {
            return false
        }
        world.coverage.hit(.stream, "response \(fault.rawValue)")
        return true
    }

    private func answer(
        _ request: HTTPRequest, _ host: Host
    ) async throws(HTTPError) -> any RecordResponse {
        do { try await world.clock.sleep(world.latency()) } catch {
            throw HTTPError(code: .cancelled, message: "cancelled")
        }
        guard host.isAlive, !strikes(.unreachable) else {
            throw HTTPError(code: .cannotConnect, message: "nobody answers")
        }
        let last = request.headers["Last-Event-ID"] ?? ""
        world.trace.note("asks", Int64(host.number), name: "\(request.url) \(last)")
        if !last.isEmpty { world.coverage.hit(.stream, "response asked for again") }
        let parts = request.url.split(separator: "/")
        guard parts.count == 4, let number = Int(parts[2]),
            let task = world.models.model(number)?.task(at: String(parts[3])),
            case .response(let response)? = task.stream?.source
        else { return reply(400, [], host) }
        if strikes(.refused) { return reply(random.pick([429, 503]), [], host) }
        let start = Int(last) ?? 0
        if response.isEvents, start >= response.records.count {
            world.coverage.hit(.stream, "response is over")
            return reply(204, [], host)
        }
        // Where the stream says itself when it ends, a body may end at any time.
        var end = response.records.count
        if response.isOpenEnded { end = min(end, start + 1 + random.below(8)) }
        return reply(200, response.bytes(start..<end), host)
    }

    private func reply(_ status: Int, _ body: [UInt8], _ host: Host) -> any RecordResponse {
        open.withLock { $0[host.number, default: 0] += 1 }
        var pieces: [[UInt8]] = []
        var rest = body[...]
        while !rest.isEmpty {
            let size = 1 + random.below(120)
            pieces.append(Array(rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
        let breaks = status == 200 && strikes(.breaks)
        if breaks { pieces = Array(pieces.prefix(random.below(pieces.count + 1))) }
        let pause: Duration = strikes(.slow) ? random.duration(.zero ... .seconds(2)) : .zero
        return SimulatedResponse(
            status, pieces, breaks: breaks, pause: pause, world, host
        ) { [self] in open.withLock { $0[host.number, default: 1] -= 1 } }
    }
}

/// One response, which comes in pieces cut anywhere.
final class SimulatedResponse: RecordResponse {
    private struct State {
        var pieces: [[UInt8]]
        var isOpen = true
    }

    let status: Int
    let headers = HTTPHeaders()
    private let breaks: Bool
    private let pause: Duration
    private let world: World
    private let host: Host
    private let closed: @Sendable () -> Void
    private let state: Mutex<State>

    init(
        _ status: Int, _ pieces: [[UInt8]], breaks: Bool, pause: Duration, _ world: World,
        _ host: Host, closed: @escaping @Sendable () -> Void
    ) {
        self.status = status
        self.breaks = breaks
        self.pause = pause
        self.world = world
        self.host = host
        self.closed = closed
        state = Mutex(State(pieces: pieces.reversed()))
    }

    deinit { cancel() }

    func next() async throws(HTTPError) -> [UInt8]? {
        do { try await world.clock.sleep(pause + .microseconds(200)) } catch {
            cancel()
            throw HTTPError(code: .cancelled, message: "cancelled")
        }
        guard host.isAlive, state.withLock(\.isOpen) else {
            cancel()
            throw HTTPError(code: .connectionLost, message: "the connection is gone")
        }
        if let piece = state.withLock({ $0.pieces.popLast() }) { return piece }
        cancel()
        guard !breaks else {
            throw HTTPError(code: .connectionLost, message: "the connection broke")
        }
        return nil
    }

    func cancel() {
        let wasOpen = state.withLock { state in
            defer { state.isOpen = false }
            return state.isOpen
        }
        if wasOpen { closed() }
    }
}
