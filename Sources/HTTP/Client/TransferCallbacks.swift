import CCurl

// What libcurl calls, on the loop's thread, with the transfer lent to it. Top-level functions: a
// closure written where an actor is inferred traps when C calls it. Nothing here resumes a task or
// calls libcurl.

/// Lends a transfer to its handle's callbacks; the loop takes it back by `takeBack`.
func lend(_ transfer: Transfer) {
    let context = unsafe Unmanaged.passRetained(transfer).toOpaque()
    let raw = unsafe transfer.easy.raw
    unsafe ccurl_set_pointer(raw, CURLOPT_PRIVATE, context)
    unsafe ccurl_set_data_function(raw, CURLOPT_WRITEFUNCTION, receiveBody)
    unsafe ccurl_set_pointer(raw, CURLOPT_WRITEDATA, context)
    unsafe ccurl_set_data_function(raw, CURLOPT_HEADERFUNCTION, receiveHeader)
    unsafe ccurl_set_pointer(raw, CURLOPT_HEADERDATA, context)
    unsafe ccurl_set_prereq_function(raw, beforeSending)
    unsafe ccurl_set_pointer(raw, CURLOPT_PREREQDATA, context)
}

/// Takes back what `lend` lent, once, when the handle will call no more.
func takeBack(_ transfer: Transfer) {
    unsafe Unmanaged.passUnretained(transfer).release()
}

/// The transfer lent to a handle.
func lentTransfer(to raw: UnsafeMutableRawPointer) -> Transfer? {
    var context: UnsafeMutableRawPointer?
    unsafe ccurl_get_pointer(raw, CURLINFO_PRIVATE, &context)
    return unsafe context.map { unsafe Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
}

private func receiveBody(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let context = unsafe context else { return 0 }
    let transfer = unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    let received = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
    switch unsafe transfer.takeBody(received) {
    case .taken: return received.count
    case .pause: return ccurl_write_pause
    // Any other count than the received one ends the transfer.
    case .stop: return received.count + 1
    }
}

private func receiveHeader(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let context = unsafe context else { return 0 }
    let transfer = unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    let line = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
    return unsafe transfer.takeHeader(Array(line)) ? line.count : line.count + 1
}

private func beforeSending(
    _ context: UnsafeMutableRawPointer?, _ remoteAddress: UnsafeMutablePointer<CChar>?,
    _ localAddress: UnsafeMutablePointer<CChar>?, _ remotePort: Int32, _ localPort: Int32
) -> Int32 {
    guard let context = unsafe context else { return CURL_PREREQFUNC_ABORT }
    let transfer = unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    return transfer.mayBeSent() ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
}
