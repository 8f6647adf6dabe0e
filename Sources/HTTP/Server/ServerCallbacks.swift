import CMicroHTTPD

// What libmicrohttpd calls, on the loop's thread. Top-level functions: a closure written where an
// actor is inferred traps when C calls it. Nothing here resumes a task.

private func loop(_ context: UnsafeMutableRawPointer) -> ServerLoop {
    unsafe Unmanaged<ServerLoop>.fromOpaque(context).takeUnretainedValue()
}

private func connection(of raw: OpaquePointer?) -> ServerConnection? {
    unsafe cmhd_connection_context(raw).map {
        unsafe Unmanaged<ServerConnection>.fromOpaque($0).takeUnretainedValue()
    }
}

func handleComplaint(_ context: UnsafeMutableRawPointer?, _ line: UnsafePointer<CChar>?) {
    guard let context = unsafe context, let line = unsafe line else { return }
    unsafe loop(context).complained(String(cString: line))
}

/// A connection was opened or closed: its box is lent here, and taken back here.
func handleConnection(
    _ context: UnsafeMutableRawPointer?, _ raw: OpaquePointer?,
    _ box: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
    _ event: MHD_ConnectionNotificationCode
) {
    guard let context = unsafe context, let box = unsafe box else { return }
    switch event {
    case .CONNECTION_NOTIFY_STARTED:
        let peer = unsafe cmhd_connection_peer(raw).map { unsafe SocketAddress(copying: $0).text }
        let socket = unsafe cmhd_connection_socket(raw)
        let opened = unsafe loop(context).opened(socket: socket, peer: peer ?? "")
        unsafe box.pointee = unsafe Unmanaged.passRetained(opened).toOpaque()
    case .CONNECTION_NOTIFY_CLOSED:
        guard let lent = unsafe box.pointee else { return }
        unsafe box.pointee = nil
        let closed = unsafe Unmanaged<ServerConnection>.fromOpaque(lent).takeRetainedValue()
        unsafe loop(context).closed(closed)
    default: break
    }
}

/// A request's first line has arrived: lends the request's box, which `handleCompletion` takes back.
func handleTarget(
    _ context: UnsafeMutableRawPointer?, _ target: UnsafePointer<CChar>?, _ raw: OpaquePointer?
) -> UnsafeMutableRawPointer? {
    guard let raw = unsafe raw, let target = unsafe target else { return nil }
    // As it was sent: the library's own target is already decoded, when `%2F` and `/` are one.
    let text = unsafe String(validatingCString: target)
    let reception = unsafe RequestReception(connection: raw, target: text)
    return unsafe Unmanaged.passRetained(reception).toOpaque()
}

/// A request is over, answered or not.
func handleCompletion(
    _ context: UnsafeMutableRawPointer?, _ raw: OpaquePointer?,
    _ box: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
    _ code: MHD_RequestTerminationCode
) {
    guard let context = unsafe context, let lent = unsafe box?.pointee else { return }
    unsafe box?.pointee = nil
    let reception = unsafe Unmanaged<RequestReception>.fromOpaque(lent).takeRetainedValue()
    unsafe loop(context).completed(reception, on: connection(of: raw))
}

/// A request's head, a part of its body, its end, or the time to answer.
func handleAccess(
    _ context: UnsafeMutableRawPointer?, _ raw: OpaquePointer?, _ target: UnsafePointer<CChar>?,
    _ method: UnsafePointer<CChar>?, _ version: UnsafePointer<CChar>?,
    _ bytes: UnsafePointer<CChar>?, _ count: UnsafeMutablePointer<Int>?,
    _ box: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> MHD_Result {
    guard let context = unsafe context, let lent = unsafe box?.pointee, let count = unsafe count,
        let method = unsafe method
    else { return .NO }
    let loop = unsafe loop(context)
    let reception = unsafe Unmanaged<RequestReception>.fromOpaque(lent).takeUnretainedValue()
    switch reception.phase {
    case .head:
        let headers = unsafe requestHeaders(of: reception.connection)
        let refusal = unsafe reception.take(
            method: String(cString: method), headers: headers, within: loop.configuration)
        return refusal.map { refuse(reception, $0, loop) } ?? .YES
    case .body where unsafe count.pointee > 0:
        let part = unsafe UnsafeRawBufferPointer(start: bytes, count: count.pointee)
        unsafe count.pointee = 0
        return unsafe reception.takeBody(part, within: loop.configuration) ? .YES : .NO
    case .body:
        return begin(reception, loop)
    case .handling:
        return answer(reception, loop)
    case .answered:
        unsafe count.pointee = 0
        return .YES
    }
}

private func begin(_ reception: RequestReception, _ loop: ServerLoop) -> MHD_Result {
    let connection = unsafe connection(of: reception.connection)
    switch reception.request(from: connection?.peerAddress ?? "") {
    case .failure(let refusal): return refuse(reception, refusal.status, loop)
    case .success(let request):
        if loop.isDraining { return refuse(reception, 503, loop) }
        loop.begin(request, reception, on: connection)
        suspend(reception)
        return .YES
    }
}

private func suspend(_ reception: RequestReception) {
    reception.phase = .handling
    reception.isSuspended = true
    unsafe MHD_suspend_connection(reception.connection)
}

private func refuse(_ reception: RequestReception, _ status: Int, _ loop: ServerLoop) -> MHD_Result
{
    let text =
        switch status {
        case 400: "the request's target is not percent-encoded UTF-8\n"
        case 413: "the request's body is over \(loop.configuration.maximumBodyBytes) bytes\n"
        case 431: "the request's headers are over \(loop.configuration.maximumHeaderBytes) bytes\n"
        default: "the server is shutting down\n"
        }
    return send(HTTPServerResponse(status: status, text: text), nil, reception, loop)
}

private func answer(_ reception: RequestReception, _ loop: ServerLoop) -> MHD_Result {
    guard !reception.isAborted, let exchange = reception.exchange else { return .NO }
    guard let (response, body) = exchange.response else {
        // Resumed before the handler has an answer.
        suspend(reception)
        return .YES
    }
    guard (200...999).contains(response.status), response.headers.firstMalformed == nil else {
        loop.complained("a handler's response cannot be sent: status \(response.status)")
        body?.end(.cut)
        return send(
            HTTPServerResponse(status: 500, text: "internal error\n"), nil, reception, loop)
    }
    return send(response, body, reception, loop)
}

private func send(
    _ response: HTTPServerResponse, _ body: ResponseBody?, _ reception: RequestReception,
    _ loop: ServerLoop
) -> MHD_Result {
    reception.phase = .answered
    guard let raw = unsafe libraryResponse(response, body, reception, loop) else { return .NO }
    defer { unsafe MHD_destroy_response(raw) }
    for field in response.headers {
        unsafe MHD_add_response_header(raw, field.name, field.value)
    }
    if loop.isDraining { unsafe MHD_add_response_header(raw, "Connection", "close") }
    return unsafe MHD_queue_response(reception.connection, UInt32(response.status), raw)
}

private func libraryResponse(
    _ response: HTTPServerResponse, _ body: ResponseBody?, _ reception: RequestReception,
    _ loop: ServerLoop
) -> OpaquePointer? {
    if let body {
        let reader = BodyReader(body: body, reception: reception, loop: loop)
        // The library releases it with the response.
        let context = unsafe Unmanaged.passRetained(reader).toOpaque()
        return unsafe MHD_create_response_from_callback(
            cmhd_size_unknown, 4096, readBody, context, freeReader)
    }
    guard case .bytes(let bytes) = response.body else {
        // The head of a stream: no body follows, whose length is unknown.
        return unsafe MHD_create_response_from_buffer(0, nil, .RESPMEM_PERSISTENT)
    }
    return unsafe bytes.withUnsafeBytes { bytes in
        unsafe MHD_create_response_from_buffer(
            bytes.count, UnsafeMutableRawPointer(mutating: bytes.baseAddress),
            .RESPMEM_MUST_COPY)
    }
}

private final class BodyReader {
    let body: ResponseBody
    let reception: RequestReception
    let loop: ServerLoop

    init(body: ResponseBody, reception: RequestReception, loop: ServerLoop) {
        self.body = body
        self.reception = reception
        self.loop = loop
        LiveCounts.responses.increase()
    }

    deinit { LiveCounts.responses.decrease() }
}

private func freeReader(_ context: UnsafeMutableRawPointer?) {
    guard let context = unsafe context else { return }
    unsafe Unmanaged<BodyReader>.fromOpaque(context).release()
}

private func readBody(
    _ context: UnsafeMutableRawPointer?, _ position: UInt64, _ memory: UnsafeMutablePointer<CChar>?,
    _ capacity: Int
) -> Int {
    guard let context = unsafe context else { return cmhd_end_with_error }
    let reader = unsafe Unmanaged<BodyReader>.fromOpaque(context).takeUnretainedValue()
    guard !reader.reception.isAborted else { return cmhd_end_with_error }
    let (read, writer) = unsafe reader.body.read(
        into: UnsafeMutableRawBufferPointer(start: memory, count: capacity))
    if let writer { reader.loop.resumeLater(writer) }
    switch read {
    case .bytes(let count): return count
    case .end: return cmhd_end_of_stream
    case .cut: return cmhd_end_with_error
    case .sleep:
        reader.reception.isSuspended = true
        unsafe MHD_suspend_connection(reader.reception.connection)
        return 0
    }
}

private func requestHeaders(of raw: OpaquePointer) -> HTTPHeaders {
    var headers = HTTPHeaders()
    unsafe withUnsafeMutablePointer(to: &headers) { headers in
        _ = unsafe MHD_get_connection_values_n(raw, .HEADER_KIND, addHeader, headers)
    }
    return headers
}

private func addHeader(
    _ context: UnsafeMutableRawPointer?, _ kind: MHD_ValueKind,
    _ name: UnsafePointer<CChar>?, _ nameSize: Int, _ value: UnsafePointer<CChar>?, _ valueSize: Int
) -> MHD_Result {
    guard let headers = unsafe context?.assumingMemoryBound(to: HTTPHeaders.self) else {
        return .NO
    }
    unsafe headers.pointee.add(text(name, nameSize), text(value, valueSize))
    return .YES
}

private func text(_ start: UnsafePointer<CChar>?, _ count: Int) -> String {
    unsafe String(
        decoding: UnsafeRawBufferPointer(start: start, count: count), as: UTF8.self)
}
