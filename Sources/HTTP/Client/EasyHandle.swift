import CCurl

/// The owner of one libcurl easy handle and the buffer it writes its errors into.
///
/// It belongs to the loop's thread. Reusing a handle costs less than making one.
@safe final class EasyHandle {
    let raw: UnsafeMutableRawPointer
    private let errorText: UnsafeMutablePointer<CChar>
    private var headerLines: UnsafeMutablePointer<curl_slist>?

    /// Makes a handle; nil without memory.
    init?() {
        guard let raw = unsafe curl_easy_init() else { return nil }
        unsafe self.raw = unsafe raw
        unsafe errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        unsafe errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        LiveCounts.easyHandles.increase()
        prepareErrorText()
    }

    deinit {
        unsafe curl_easy_cleanup(raw)
        unsafe curl_slist_free_all(headerLines)
        unsafe errorText.deallocate()
        LiveCounts.easyHandles.decrease()
    }

    /// Forgets every option; the connection stays in its pool.
    func reset() {
        unsafe curl_easy_reset(raw)
        unsafe curl_slist_free_all(headerLines)
        unsafe headerLines = nil
        prepareErrorText()
    }

    /// What libcurl says about the last failure, or the standard text of its code.
    func message(for code: CURLcode) -> String {
        let text = unsafe String(cString: errorText)
        return text.isEmpty ? unsafe String(cString: curl_easy_strerror(code)) : text
    }

    func set(_ option: CURLoption, _ value: Int) {
        unsafe ccurl_set_long(raw, option, value)
    }

    func set(_ option: CURLoption, _ value: Bool) { set(option, value ? 1 : 0) }

    func set(_ option: CURLoption, _ value: String) {
        unsafe ccurl_set_string(raw, option, value)
    }

    func set(_ option: CURLoption, milliseconds duration: Duration) {
        // Zero would mean the library's default.
        set(option, Int(max(1, duration.roundedUpMilliseconds)))
    }

    /// Sets an option to bytes, which libcurl copies.
    func set(_ option: CURLoption, blob bytes: [UInt8]) {
        unsafe ccurl_set_blob(raw, option, bytes, bytes.count)
    }

    /// Sets the header lines, which this handle keeps until it is reset.
    func setHeaders(_ lines: [String]) {
        for line in lines {
            guard let longer = unsafe curl_slist_append(headerLines, line) else { return }
            unsafe headerLines = longer
        }
        unsafe ccurl_set_list(raw, CURLOPT_HTTPHEADER, headerLines)
    }

    /// Sets the body, which libcurl copies.
    func setBody(_ bytes: [UInt8]) {
        unsafe ccurl_set_offset(raw, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(bytes.count))
        unsafe bytes.withUnsafeBytes { bytes in
            // Null would mean that a callback gives the body.
            let start = unsafe bytes.baseAddress.map {
                unsafe UnsafeMutableRawPointer(mutating: $0)
            }
            unsafe ccurl_set_pointer(raw, CURLOPT_COPYPOSTFIELDS, start ?? raw)
        }
    }

    private func prepareErrorText() {
        unsafe errorText[0] = 0
        unsafe ccurl_set_pointer(raw, CURLOPT_ERRORBUFFER, errorText)
    }
}
