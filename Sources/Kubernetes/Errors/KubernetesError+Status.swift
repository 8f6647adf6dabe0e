public import Values

extension KubernetesError {
    /// Makes the error that an HTTP status and its `Status` object say.
    ///
    /// - Parameters:
    ///   - status: The HTTP status.
    ///   - body: The `Status` object, where the body was one.
    ///   - retryAfter: The header, where there was one; it wins over the object's own field.
    ///   - operation: What was being done, as `create configmaps default/a`.
    ///
    /// Source: k8s.io/apimachinery/pkg/apis/meta/v1/types.go, `StatusReason`.
    public init(status: Int, body: JSON?, retryAfter: Duration? = nil, operation: String) {
        let reason = body?["reason"]?.stringValue ?? ""
        let said = body?["message"]?.stringValue ?? ""
        let text = said.isEmpty ? "the server replied with status \(status)" : said
        let details = body?["details"]
        let causes = (details?["causes"]?.arrayValue ?? []).prefix(KubernetesLimits.errorCauses)
            .map { cause in
                Cause(
                    reason: cause["reason"]?.stringValue ?? "",
                    message: cause["message"]?.stringValue ?? "",
                    field: cause["field"]?.stringValue ?? "")
            }
        let waitSeconds = details?["retryAfterSeconds"]?.integerValue
        let wait = retryAfter ?? waitSeconds.flatMap { $0 > 0 ? .seconds($0) : nil }
        self.init(
            KubernetesError.code(status: status, reason: reason),
            "cannot \(operation): \(text.prefix(KubernetesLimits.errorMessageCharacters))",
            reason: reason, status: status, causes: causes, retryAfter: wait)
    }

    private static func code(status: Int, reason: String) -> Code {
        switch reason {
        case "AlreadyExists": return .alreadyExists
        case "Conflict": return .conflict
        case "NotFound": return .notFound
        case "Expired", "Gone": return .gone
        case "Invalid": return .invalid
        case "TooManyRequests": return .tooManyRequests
        case "ServerTimeout", "Timeout": return .timeout
        case "RequestEntityTooLarge": return .tooLarge
        default: break
        }
        return switch status {
        case 400: .badRequest
        case 401: .unauthorized
        case 403: .forbidden
        case 404: .unknownPath
        case 405: .methodNotAllowed
        case 409: .conflict
        case 410: .gone
        case 413: .tooLarge
        case 422: .invalid
        case 429: .tooManyRequests
        case 500: .internalError
        case 502, 503: .unavailable
        case 504: .timeout
        default: .other
        }
    }
}
