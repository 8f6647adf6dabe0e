internal import HTTP
internal import Values
internal import Workflows

/// The errors of `http` tasks.
enum HTTPFailure {
    /// The error of a request that has no response.
    static func error(of inputs: HTTPInputs, _ error: HTTPError) -> TaskError {
        let (type, isRetryable): (String, Bool) =
            switch error.code {
            case .invalidURL, .invalidRequest: (TaskError.Kind.validation, false)
            case .timedOut: (TaskError.Kind.timeout, true)
            case .tooLarge: (TaskError.Kind.tooLarge, false)
            case .tooManyRedirects: (TaskError.Kind.client, false)
            case .clientClosed: (TaskError.Kind.interrupted, true)
            case .nameNotResolved, .cannotConnect, .connectionLost, .invalidResponse, .other:
                (TaskError.Kind.connection, true)
            // A certificate that is not valid now will not be in a minute.
            case .tls: (TaskError.Kind.connection, false)
            case .cancelled: (TaskError.Kind.interrupted, true)
            }
        let doubt = error.outcomeUnknown ? " (it may have reached the server)" : ""
        // The error names the request already.
        return TaskError(type: type, message: "\(error)\(doubt)", isRetryable: isRetryable)
    }

    /// The error of a response whose status is a failure.
    static func error(
        of inputs: HTTPInputs, _ response: HTTPResponse, now: Timestamp
    ) -> TaskError {
        let failure = ResponseFailure(response, now: now)
        let quotation = HTTPBodyText.quotation(of: response.body)
        return TaskError(
            type: failure.type,
            message: "\(inputs.displayName) was answered with status \(response.status)"
                + (quotation.isEmpty ? "" : ": \(quotation)"),
            isRetryable: failure.isRetryable, retryAfter: failure.retryAfter,
            code: response.status)
    }
}
