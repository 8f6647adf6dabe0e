import CCurl

extension Transfer {
    /// Sets every option of the handle for the exchange.
    func prepare(_ configuration: HTTPClientConfiguration) {
        let request = exchange.request
        easy.set(CURLOPT_URL, request.url)
        easy.set(CURLOPT_PROTOCOLS_STR, "http,https")
        easy.set(CURLOPT_PATH_AS_IS, true)
        easy.set(CURLOPT_FOLLOWLOCATION, false)
        // Signals belong to the process; and a signal could not interrupt the resolver's thread.
        easy.set(CURLOPT_NOSIGNAL, true)
        // Without it, giving up while a name is being resolved would block the loop, and with it
        // every other request, until the resolver's thread has ended.
        easy.set(CURLOPT_QUICK_EXIT, true)
        easy.set(CURLOPT_SUPPRESS_CONNECT_HEADERS, true)
        easy.set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds: configuration.connectTimeout)
        if exchange.stream == nil {
            easy.set(CURLOPT_TIMEOUT_MS, milliseconds: exchange.timeout)
        }
        easy.set(CURLOPT_TCP_KEEPALIVE, true)
        easy.set(CURLOPT_TCP_KEEPIDLE, 30)
        easy.set(CURLOPT_TCP_KEEPINTVL, 15)
        prepareVersion()
        prepareMethod(request)
        prepareHeaders(request, configuration)
        prepareTLS(request.tls)
        prepareRoute(request, configuration)
    }

    private func prepareVersion() {
        guard exchange.mayMultiplex, URLText.isSecure(exchange.request.url) else {
            easy.set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
            return
        }
        easy.set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS)
        // Waits for a connection that may turn out to be HTTP/2. Plain HTTP/1.1 would wait in vain.
        easy.set(CURLOPT_PIPEWAIT, true)
    }

    private func prepareMethod(_ request: HTTPRequest) {
        switch (request.method, request.body) {
        case (.head, _): easy.set(CURLOPT_NOBODY, true)
        case (.get, nil): easy.set(CURLOPT_HTTPGET, true)
        case (let method, let body):
            if let body {
                easy.setBody(body)
            } else if method == .post || method == .put || method == .patch {
                // These say `Content-Length: 0`.
                easy.setBody([])
            }
            easy.set(CURLOPT_CUSTOMREQUEST, method.rawValue)
        }
    }

    private func prepareHeaders(_ request: HTTPRequest, _ configuration: HTTPClientConfiguration) {
        var lines: [String] = []
        for field in request.headers {
            // An empty value is written with a semicolon, as a colon would remove the header.
            lines.append(field.value.isEmpty ? "\(field.name);" : "\(field.name): \(field.value)")
        }
        // libcurl would add a form's type to any body, and `Expect` to large ones, which costs a
        // second with servers that ignore it.
        for name in ["Content-Type", "Expect"] where !request.headers.contains(name) {
            lines.append("\(name):")
        }
        easy.setHeaders(lines)
        if !request.headers.contains("User-Agent") {
            easy.set(CURLOPT_USERAGENT, configuration.userAgent)
        }
    }

    private func prepareTLS(_ tls: TLSOptions) {
        if let authorities = tls.caPEM { easy.set(CURLOPT_CAINFO_BLOB, blob: authorities) }
        if let certificate = tls.clientCertificatePEM {
            easy.set(CURLOPT_SSLCERTTYPE, "PEM")
            easy.set(CURLOPT_SSLCERT_BLOB, blob: certificate)
        }
        if let key = tls.clientKeyPEM {
            easy.set(CURLOPT_SSLKEYTYPE, "PEM")
            easy.set(CURLOPT_SSLKEY_BLOB, blob: key)
        }
        if tls.skipVerification {
            easy.set(CURLOPT_SSL_VERIFYPEER, false)
            easy.set(CURLOPT_SSL_VERIFYHOST, 0)
        }
    }

    private func prepareRoute(_ request: HTTPRequest, _ configuration: HTTPClientConfiguration) {
        if let path = request.unixSocket { easy.set(CURLOPT_UNIX_SOCKET_PATH, path) }
        switch configuration.proxy {
        case .none: easy.set(CURLOPT_PROXY, "")
        case .environment: break
        case .url(let url): easy.set(CURLOPT_PROXY, url)
        }
    }
}
