import ControlPlane
import HTTP
import Synchronization

/// What a server answers with: the operator's endpoints first, then the control plane where there is
/// one, both set once they are there.
final class Route: Sendable {
    private struct State {
        var endpoints: OperatorEndpoints?
        var plane: ControlPlane?
    }

    private let state = Mutex(State())

    /// Sets what answers.
    func set(_ endpoints: OperatorEndpoints, plane: ControlPlane? = nil) {
        state.withLock { $0 = State(endpoints: endpoints, plane: plane) }
    }

    /// The answer to a request.
    func respond(to request: HTTPServerRequest) async -> HTTPServerResponse {
        let state = state.withLock { $0 }
        guard let endpoints = state.endpoints else {
            return HTTPServerResponse(status: 503, text: "starting\n")
        }
        if let response = endpoints.respond(to: request) { return response }
        guard let plane = state.plane else {
            return HTTPServerResponse(status: 404, text: "not found\n")
        }
        return await plane.respond(to: request)
    }
}
