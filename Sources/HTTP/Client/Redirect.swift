import CCurl

/// Which request follows a redirect.
enum Redirect {
    /// The headers that may go to another origin: what the request is for, never who sends it.
    private static let harmlessHeaders = [
        "Accept", "Accept-Language", "If-Modified-Since", "If-None-Match", "Range", "User-Agent",
    ]

    /// The request to send after a response; nil where the response is the answer.
    ///
    /// Only GET and HEAD are followed, never from `https` down to `http`, and at another scheme, host
    /// or port without credentials, client certificate and socket.
    static func next(after response: HTTPResponse, to request: HTTPRequest) -> HTTPRequest? {
        guard request.followRedirects, request.method == .get || request.method == .head,
            [301, 302, 303, 307, 308].contains(response.status),
            let location = response.headers["Location"],
            let target = URLParts.resolve(location, against: request.url),
            URLText.isSendable(target.url),
            let origin = URLParts.resolve(request.url, against: request.url)
        else { return nil }
        if origin.scheme == "https" && target.scheme != "https" { return nil }
        var next = request
        next.url = target.url
        guard target.isSameOrigin(as: origin) else {
            guard request.unixSocket == nil else { return nil }
            next.headers = HTTPHeaders()
            for field in request.headers
            where harmlessHeaders.contains(where: { $0.lowercased() == field.name.lowercased() }) {
                next.headers.add(field.name, field.value)
            }
            next.tls.clientCertificatePEM = nil
            next.tls.clientKeyPEM = nil
            return next
        }
        return next
    }
}

/// A URL taken apart by libcurl, so that both see the same host in it.
struct URLParts {
    var url: String
    var scheme: String
    private var host: String
    private var port: String

    /// Resolves a reference against an absolute URL; nil where either is malformed.
    static func resolve(_ reference: String, against base: String) -> URLParts? {
        guard let handle = unsafe curl_url() else { return nil }
        defer { unsafe curl_url_cleanup(handle) }
        let flags = UInt32(CURLU_PATH_AS_IS)
        guard unsafe curl_url_set(handle, CURLUPART_URL, base, flags) == CURLUE_OK,
            unsafe curl_url_set(handle, CURLUPART_URL, reference, flags) == CURLUE_OK,
            unsafe curl_url_set(handle, CURLUPART_FRAGMENT, nil, 0) == CURLUE_OK
        else { return nil }
        func part(_ part: CURLUPart, _ flags: UInt32 = 0) -> String? {
            var text: UnsafeMutablePointer<CChar>?
            guard unsafe curl_url_get(handle, part, &text, flags) == CURLUE_OK,
                let text = unsafe text
            else { return nil }
            defer { unsafe curl_free(text) }
            return unsafe String(cString: text)
        }
        guard let url = part(CURLUPART_URL), let scheme = part(CURLUPART_SCHEME),
            let host = part(CURLUPART_HOST),
            let port = part(CURLUPART_PORT, UInt32(CURLU_DEFAULT_PORT))
        else { return nil }
        return URLParts(
            url: url, scheme: scheme.lowercased(), host: host.lowercased(), port: port)
    }

    /// Whether another URL has the same scheme, host and port.
    func isSameOrigin(as other: URLParts) -> Bool {
        (scheme, host, port) == (other.scheme, other.host, other.port)
    }
}
