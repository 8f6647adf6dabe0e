import HTTP
import Kubernetes
import Synchronization

/// The network between one process and the server, with everything that a network does.
final class SimulatedTransport: KubernetesTransport {
    private let host: Host
    private let cluster: Cluster

    init(_ host: Host, _ cluster: Cluster) {
        self.host = host
        self.cluster = cluster
    }

    private var world: World { cluster.world }

    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        let route = try route(of: request)
        if route.verb.isWrite, cluster.strikesKill(.killBefore, route) {
            cluster.kill(host, "before \(route.kind)")
            throw lost(route)
        }
        cluster.laws.sent(route, request.body ?? [], by: host)
        let answer = Signal<Result<Reply, HTTPError>>()
        let exchange = host.open(answer)
        begin(route, request, answer)
        let timeout = request.timeout ?? KubernetesLimits.requestTimeout
        let alarm = world.clock.after(timeout) { [self] in
            answer.give(.failure(error(.timedOut, route)))
        }
        let result = await withTaskCancellationHandler {
            await answer.value()
        } onCancel: {
            answer.give(.failure(error(.cancelled, route)))
        }
        world.clock.cancel(alarm)
        host.close(exchange)
        cluster.laws.answered(route, request.body ?? [], result, to: host)
        world.trace.note(
            "answer", Int64(host.number), Int64((try? result.get().status) ?? 0),
            name: route.objectPath, bytes: (try? result.get().body) ?? [],
            detail: "\(route.kind) \(result.failure?.message ?? "")")
        return try result.get().response
    }

    func open(_ request: HTTPRequest) async throws(HTTPError) -> any TransportStream {
        let route = try route(of: request)
        let answer = Signal<Result<SimulatedWatch, HTTPError>>()
        let alarm = world.clock.after(KubernetesLimits.requestTimeout) { [self] in
            answer.give(.failure(error(.timedOut, route)))
        }
        if !host.isPartitioned, !world.faults.strikes(.lostRequest) {
            world.clock.after(world.latency()) { [self] in
                guard host.isAlive else { return }
                let watch = cluster.server.watch(route, request, host)
                if !answer.give(.success(watch)) { watch.cancel() }
            }
        }
        let exchange = host.open { [self] in answer.give(.failure(lost(route))) }
        let result = await withTaskCancellationHandler {
            await answer.value()
        } onCancel: {
            answer.give(.failure(error(.cancelled, route)))
        }
        world.clock.cancel(alarm)
        host.close(exchange)
        return try result.get()
    }

    private func route(of request: HTTPRequest) throws(HTTPError) -> Route {
        guard let route = Route(request) else {
            throw HTTPError(code: .invalidURL, message: "no path of an API: \(request.url)")
        }
        guard host.isAlive else { throw lost(route) }
        return route
    }

    /// Sends a request on its way, which it goes whether or not anybody still waits.
    private func begin(
        _ route: Route, _ request: HTTPRequest, _ answer: Signal<Result<Reply, HTTPError>>
    ) {
        let faults = world.faults
        if host.isPartitioned || faults.strikes(.lostRequest) {
            // Refused at once, lost on the way, or silence.
            switch faults.stream.below(3) {
            case 0:
                world.clock.after(world.latency()) { [self] in
                    answer.give(.failure(error(.cannotConnect, route, isSent: false)))
                }
            case 1:
                world.clock.after(world.latency()) { [self] in
                    answer.give(.failure(lost(route)))
                }
            default: break
            }
            return
        }
        let delay =
            faults.strikes(.slow)
            ? faults.stream.duration(.seconds(1) ... .seconds(45)) : world.latency()
        world.clock.after(delay) { [self] in arrive(route, request, answer) }
    }

    private func arrive(
        _ route: Route, _ request: HTTPRequest, _ answer: Signal<Result<Reply, HTTPError>>
    ) {
        // Once what was made is gone, nobody can tell a late create from a first one.
        if answer.isGiven, route.verb == .create, cluster.laws.isGone(request.body ?? []) { return }
        if answer.isGiven, cluster.laws.isOfGoneRepository(route, request.body ?? []) { return }
        let faults = world.faults
        if faults.strikes(.throttle) {
            let refusal = Reply(refusal: 429, "TooManyRequests", "slow down", retryAfter: 1)
            world.clock.after(world.latency()) { answer.give(.success(refusal)) }
            return
        }
        let reply: Reply
        if faults.strikes(.serverError) {
            if faults.stream.chance(0.5) { _ = cluster.server.perform(route, request, host) }
            let status = faults.stream.pick([500, 503, 504])
            reply = Reply(refusal: status, "", "the server failed")
        } else {
            if route.verb.isWrite, faults.strikes(.conflict) { cluster.server.touch(route) }
            reply = cluster.server.perform(route, request, host)
        }
        guard route.verb.isWrite else {
            let shown = cluster.server.aged(reply, route, for: host)
            world.clock.after(world.latency()) { answer.give(.success(shown)) }
            return
        }
        if host.isAlive, cluster.strikesKill(.killUnanswered, route) {
            cluster.kill(host, "with \(route.kind) unanswered")
            return
        }
        if faults.strikes(.lostReply) {
            world.clock.after(world.latency()) { [self] in answer.give(.failure(lost(route))) }
            return
        }
        let dies = host.isAlive && cluster.strikesKill(.killAfter, route)
        world.clock.after(world.latency()) { [self] in
            guard answer.give(.success(reply)), dies else { return }
            cluster.killSoon(host, "after \(route.kind)")
        }
    }

    private func lost(_ route: Route) -> HTTPError { error(.connectionLost, route) }

    private func error(_ code: HTTPError.Code, _ route: Route, isSent: Bool = true) -> HTTPError {
        HTTPError(
            code: code, outcomeUnknown: isSent && route.verb.isWrite, message: code.rawValue)
    }
}

extension Result {
    /// The error, where there is one.
    var failure: Failure? {
        guard case .failure(let error) = self else { return nil }
        return error
    }
}
