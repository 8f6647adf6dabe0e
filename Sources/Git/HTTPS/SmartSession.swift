internal import HTTP

/// The exchanges of one fetch with one server, as the callbacks of libgit2 drive them.
///
/// It lives on the thread of the repository. The first error is kept in the control, as libgit2 has
/// only codes for it.
final class SmartSession {
    let control: FetchControl
    private let exchange: HTTPExchange
    private let credentials: GitCredentials
    private var url: GitURL
    private var received = 0

    init(_ request: FetchRequest, exchange: HTTPExchange) {
        control = request.control
        credentials = request.credentials
        url = request.url
        self.exchange = exchange
    }

    /// Sends a request and reads the head of its answer; false where that failed.
    func open(_ service: SmartHTTP.Service, body: [UInt8]) -> Bool {
        do throws(GitError) {
            for _ in 0...GitLimits.redirects {
                let (status, headers) = try head(of: service, body: body)
                let verdict = try SmartHTTP.judge(
                    status: status, headers: headers, of: service, url: url,
                    credentials: credentials)
                guard case .redirect(let target) = verdict else { return true }
                url = target
            }
            throw GitError(.protocolViolation, "\(url) redirects in a circle: check the URL")
        } catch {
            control.fail(error)
            return false
        }
    }

    private func head(
        of service: SmartHTTP.Service, body: [UInt8]
    ) throws(GitError) -> (Int, HTTPHeaders) {
        try control.check()
        let request = SmartHTTP.request(
            service, of: url, credentials: credentials, body: body, control: control)
        switch exchange.call(.open(request), until: control.deadline) {
        case .head(let status, let headers): return (status, headers)
        case .failed(let error): throw SmartHTTP.failure(error, of: url, control: control)
        case .closed, .bytes: throw closed
        }
    }

    /// The next bytes of the answer, empty at its end; nil where that failed.
    func read(_ service: SmartHTTP.Service) -> [UInt8]? {
        switch exchange.call(.read, until: control.deadline) {
        case .bytes(let bytes):
            let bytes = bytes ?? []
            guard service == .uploadPack else { return bytes }
            received += bytes.count
            return control.mayContinue(receivedBytes: received) ? bytes : nil
        case .failed(let error): control.fail(SmartHTTP.failure(error, of: url, control: control))
        case .closed, .head: control.fail(closed)
        }
        return nil
    }

    private var closed: GitError {
        control.mayContinue()
            ? GitError(.cancelled, "the fetch of \(url) was cancelled")
            : control.failure ?? control.timeout
    }
}

/// One request and its answer, as libgit2 sees them: written whole, then read.
final class SmartStream {
    private let session: SmartSession
    private let service: SmartHTTP.Service
    private var body: [UInt8] = []
    private var pending: ArraySlice<UInt8> = []
    private var isOpen = false
    private var isEnded = false

    init(_ session: SmartSession, _ service: SmartHTTP.Service) {
        self.session = session
        self.service = service
    }

    /// Takes bytes of the request; false where they are too many.
    func write(_ bytes: [UInt8]) -> Bool {
        guard body.count + bytes.count <= GitLimits.requestBytes else {
            session.control.fail(
                GitError(.tooLarge, "the request to the server grew too large: name one branch"))
            return false
        }
        body += bytes
        return true
    }

    /// Up to so many bytes of the answer, empty at its end; nil where that failed.
    func read(upTo count: Int) -> ArraySlice<UInt8>? {
        if !isOpen {
            guard session.open(service, body: body) else { return nil }
            isOpen = true
        }
        while pending.isEmpty, !isEnded {
            guard let bytes = session.read(service) else { return nil }
            isEnded = bytes.isEmpty
            pending = bytes[...]
        }
        let taken = pending.prefix(count)
        pending = pending.dropFirst(count)
        return taken
    }
}
