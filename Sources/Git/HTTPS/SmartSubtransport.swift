internal import CGit2

/// The callbacks through which libgit2 speaks HTTP: each finds its Swift object and asks it.
///
/// The objects are retained where C gets hold of them and released in the `free` callbacks, which
/// libgit2 calls exactly once for each. `session` is lent by ``SmartRemote``, which outlives them.
enum SmartSubtransport {
    /// Makes the transport of a remote; the payload is a ``SmartSession``.
    static let makeTransport: git_transport_cb = { out, remote, payload in
        var definition = unsafe git_smart_subtransport_definition(
            callback: makeSubtransport, rpc: 1, param: payload)
        return unsafe git_transport_smart(out, remote, &definition)
    }

    private static let makeSubtransport: git_smart_subtransport_cb = { out, _, payload in
        let made = UnsafeMutablePointer<cgit2_subtransport>.allocate(capacity: 1)
        unsafe made.initialize(
            to: cgit2_subtransport(
                parent: git_smart_subtransport(
                    action: startAction, close: { _ in 0 }, free: freeSubtransport),
                context: payload))
        unsafe out?.pointee = unsafe UnsafeMutableRawPointer(made)
            .assumingMemoryBound(to: git_smart_subtransport.self)
        return 0
    }
}

private func startAction(
    _ out: UnsafeMutablePointer<UnsafeMutablePointer<git_smart_subtransport_stream>?>?,
    _ subtransport: UnsafeMutablePointer<git_smart_subtransport>?, _ url: UnsafePointer<CChar>?,
    _ action: git_smart_service_t
) -> Int32 {
    guard let subtransport = unsafe subtransport else { return -1 }
    let own = unsafe UnsafeMutableRawPointer(subtransport)
        .assumingMemoryBound(to: cgit2_subtransport.self)
    guard let context = unsafe own.pointee.context else { return -1 }
    let session = unsafe Unmanaged<SmartSession>.fromOpaque(context).takeUnretainedValue()
    let service: SmartHTTP.Service
    switch action {
    case GIT_SERVICE_UPLOADPACK_LS: service = .advertisement
    case GIT_SERVICE_UPLOADPACK: service = .uploadPack
    default: return -1
    }
    let box = unsafe Unmanaged.passRetained(SmartStream(session, service))
    let made = UnsafeMutablePointer<cgit2_stream>.allocate(capacity: 1)
    unsafe made.initialize(
        to: cgit2_stream(
            parent: git_smart_subtransport_stream(
                subtransport: subtransport, read: readStream, write: writeStream, free: freeStream),
            context: box.toOpaque()))
    unsafe out?.pointee = unsafe UnsafeMutableRawPointer(made)
        .assumingMemoryBound(to: git_smart_subtransport_stream.self)
    return 0
}

private func freeSubtransport(_ subtransport: UnsafeMutablePointer<git_smart_subtransport>?) {
    guard let subtransport = unsafe subtransport else { return }
    unsafe UnsafeMutableRawPointer(subtransport)
        .assumingMemoryBound(to: cgit2_subtransport.self).deallocate()
}

private func readStream(
    _ stream: UnsafeMutablePointer<git_smart_subtransport_stream>?,
    _ buffer: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: UnsafeMutablePointer<Int>?
) -> Int32 {
    guard let box = unsafe smartStream(stream), let buffer = unsafe buffer,
        let bytes = box.read(upTo: size)
    else { return -1 }
    let target = unsafe UnsafeMutableRawBufferPointer(start: buffer, count: size)
    unsafe target.copyBytes(from: bytes)
    unsafe count?.pointee = bytes.count
    return 0
}

private func writeStream(
    _ stream: UnsafeMutablePointer<git_smart_subtransport_stream>?,
    _ buffer: UnsafePointer<CChar>?, _ size: Int
) -> Int32 {
    guard let box = unsafe smartStream(stream) else { return -1 }
    let bytes = unsafe UnsafeRawBufferPointer(start: buffer, count: size)
    return box.write(unsafe Array(bytes)) ? 0 : -1
}

private func freeStream(_ stream: UnsafeMutablePointer<git_smart_subtransport_stream>?) {
    guard let stream = unsafe stream else { return }
    let own = unsafe UnsafeMutableRawPointer(stream).assumingMemoryBound(to: cgit2_stream.self)
    if let context = unsafe own.pointee.context {
        unsafe Unmanaged<SmartStream>.fromOpaque(context).release()
    }
    unsafe own.deallocate()
}

private func smartStream(
    _ stream: UnsafeMutablePointer<git_smart_subtransport_stream>?
) -> SmartStream? {
    guard let stream = unsafe stream else { return nil }
    let own = unsafe UnsafeMutableRawPointer(stream).assumingMemoryBound(to: cgit2_stream.self)
    guard let context = unsafe own.pointee.context else { return nil }
    return unsafe Unmanaged<SmartStream>.fromOpaque(context).takeUnretainedValue()
}

/// Asks whether the indexing of a pack from a server may go on; the payload is a session.
func smartProgress(
    _ progress: UnsafePointer<git_indexer_progress>?, _ payload: UnsafeMutableRawPointer?
) -> Int32 {
    guard let payload = unsafe payload else { return 0 }
    let session = unsafe Unmanaged<SmartSession>.fromOpaque(payload).takeUnretainedValue()
    return session.control.mayContinue() ? 0 : GIT_EUSER.rawValue
}
