internal import HTTP
internal import Values

/// The requests of git's smart HTTP protocol and the meaning of their answers.
///
/// Source: gitprotocol-http(5).
enum SmartHTTP {
    enum Service {
        /// The list of references.
        case advertisement
        /// The negotiation, and the pack.
        case uploadPack

        fileprivate var contentType: String {
            switch self {
            case .advertisement: "application/x-git-upload-pack-advertisement"
            case .uploadPack: "application/x-git-upload-pack-result"
            }
        }
    }

    /// What to do about an answer.
    enum Verdict {
        case proceed
        /// Ask there; it is of the same origin.
        case redirect(GitURL)
    }

    private static let suffix = "/info/refs"

    /// The request for a service.
    static func request(
        _ service: Service, of url: GitURL, credentials: GitCredentials, body: [UInt8] = [],
        control: FetchControl
    ) -> HTTPRequest {
        var headers = HTTPHeaders()
        // Some servers speak the smart protocol only to clients that call themselves git.
        headers.add("User-Agent", "git/2.0 (llm-orchestrator)")
        headers.add("Cache-Control", "no-cache")
        switch credentials.authorization {
        case .none: break
        case .basic(let username, let password):
            let pair = Base64.encode(Array("\(username):\(password)".utf8))
            headers.add("Authorization", "Basic \(pair)")
        case .bearer(let token): headers.add("Authorization", "Bearer \(token)")
        }
        let tls = TLSOptions(
            caPEM: credentials.caPEM, clientCertificatePEM: credentials.clientCertificatePEM,
            clientKeyPEM: credentials.clientKeyPEM)
        switch service {
        case .advertisement:
            return HTTPRequest(
                url: "\(url)\(suffix)?service=git-upload-pack", headers: headers,
                timeout: control.remaining, idleTimeout: control.remaining,
                maximumResponseBytes: GitLimits.advertisementBytes, tls: tls)
        case .uploadPack:
            headers.add("Content-Type", "application/x-git-upload-pack-request")
            headers.add("Accept", service.contentType)
            return HTTPRequest(
                method: .post, url: "\(url)/git-upload-pack", headers: headers, body: body,
                timeout: control.remaining, idleTimeout: control.remaining,
                maximumResponseBytes: control.maximumResponseBytes, tls: tls)
        }
    }

    /// What an answer means; throws where it is no answer of git.
    static func judge(
        status: Int, headers: HTTPHeaders, of service: Service, url: GitURL,
        credentials: GitCredentials
    ) throws(GitError) -> Verdict {
        switch status {
        case 200: break
        case 301, 302, 303, 307, 308:
            return .redirect(try redirect(to: headers["Location"], from: url, service: service))
        case 401:
            throw GitError(
                .authentication,
                credentials.authorization == .none
                    ? "\(url) wants credentials: give the repository a secret with them"
                    : "\(url) did not accept the credentials: check the user name and the token")
        case 403:
            throw GitError(
                .authentication, "\(url) may not be read: give the token the right to read it")
        case 404, 410:
            throw GitError(
                .notFound,
                "there is no repository at \(url), or these credentials may not see it: check both")
        case 429, 500...599:
            throw GitError(.network, "\(url) answered with status \(status): it is tried again")
        default:
            throw GitError(
                .protocolViolation, "\(url) answered with status \(status): check the URL")
        }
        let type = headers["Content-Type"]?.split(separator: ";").first.map { String($0) } ?? ""
        guard type.lowercased() == service.contentType else {
            throw GitError(
                .protocolViolation,
                "\(url) does not answer as a git server does (it sent "
                    + "'\(GitReference.shown(type))'): check the URL")
        }
        return .proceed
    }

    /// The repository that a redirect leads to, on the same origin.
    private static func redirect(
        to location: String?, from url: GitURL, service: Service
    ) throws(GitError) -> GitURL {
        let path = location?.prefix { $0 != "?" && $0 != "#" } ?? ""
        guard service == .advertisement, path.hasSuffix(suffix) else {
            throw GitError(
                .protocolViolation,
                "\(url) redirects to something that is no repository: check the URL")
        }
        let repository = String(path.dropLast(suffix.count))
        if repository.hasPrefix("/"), !repository.hasPrefix("//") {
            return try GitURL(url.origin + repository)
        }
        guard let target = try? GitURL(repository), target.origin == url.origin else {
            throw GitError(
                .protocolViolation,
                "\(url) redirects to \(Redaction.apply(GitReference.shown(repository))), and "
                    + "other servers are not followed to: set the URL to that one if you trust it")
        }
        return target
    }

    /// The error of an exchange that got no answer.
    static func failure(_ error: HTTPError, of url: GitURL, control: FetchControl) -> GitError {
        let detail = Redaction.apply(error.message)
        switch error.code {
        case .timedOut: return control.timeout
        case .cancelled: return GitError(.cancelled, "the fetch of \(url) was cancelled")
        case .tls:
            return GitError(
                .tls,
                "\(url.origin) has no certificate that is trusted here: give the certificate of "
                    + "its authority in the secret (\(detail))")
        case .tooLarge: return GitError(.tooLarge, "\(url) sent too much: \(detail)")
        default:
            return GitError(
                .network, "\(url.origin) cannot be reached: \(reason(error.code) ?? detail)",
                isTransient: error.isTransient)
        }
    }

    /// What went wrong, without the times that the library's messages hold: one failure that is met
    /// again and again is one message.
    private static func reason(_ code: HTTPError.Code) -> String? {
        switch code {
        case .nameNotResolved: "its name has no address"
        case .cannotConnect: "it takes no connection"
        case .connectionLost: "the connection broke off"
        case .invalidResponse: "what it answers is not HTTP"
        default: nil
        }
    }
}
