internal import HTTP
internal import Values

/// One request to the API, before it has a server and credentials.
struct Call {
    /// What is done, for messages: `get configmaps default/a`.
    var operation: String
    var method = HTTPMethod.get
    var path: String
    var query: [(String, String)] = []
    var body: JSON?
    var contentType = "application/json"
    var timeout: Duration? = KubernetesLimits.requestTimeout
    var idleTimeout: Duration?
    var maximumBytes = KubernetesLimits.maximumObjectBytes

    /// The path and query as they are sent.
    var target: String {
        guard !query.isEmpty else { return path }
        let pairs = query.map { name, value in "\(name)=\(PercentEncoding.encode(value))" }
        return "\(path)?\(pairs.joined(separator: "&"))"
    }

    /// How long to wait before the request is sent again; nil when it must not be.
    ///
    /// A 429 was not executed, whatever it asked for. Anything else is repeated only for reads.
    func retryDelay(_ error: KubernetesError) -> Duration? {
        guard let wait = error.retryAfter, wait <= KubernetesLimits.maximumRetryAfter else {
            return nil
        }
        if error.code == .tooManyRequests { return wait }
        return method.isSafe && error.isTransient ? wait : nil
    }

    mutating func select(label: String?, field: String?) {
        if let label, !label.isEmpty { query.append(("labelSelector", label)) }
        if let field, !field.isEmpty { query.append(("fieldSelector", field)) }
    }

    mutating func write(_ options: WriteOptions) {
        query.append(("fieldManager", options.fieldManager))
        if options.dryRun { query.append(("dryRun", "All")) }
        timeout = options.timeout
    }
}

extension KubernetesError {
    init(_ error: HTTPError, operation: String) {
        let code: Code =
            switch error.code {
            case .timedOut: .timeout
            case .cancelled, .clientClosed: .cancelled
            case .tooLarge: .tooLarge
            case .invalidURL, .invalidRequest: .configuration
            case .invalidResponse: .malformedReply
            case .nameNotResolved, .cannotConnect, .tls, .connectionLost, .tooManyRedirects,
                .other:
                .transport
            }
        self.init(
            code, "cannot \(operation): \(error.message)", outcomeUnknown: error.outcomeUnknown)
    }
}
