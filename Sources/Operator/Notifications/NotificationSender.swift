import Crypto
import GitOps
import HTTP
import Kubernetes
import Observability
import Resources
import Values

/// Sends what is told of a run's end, once for each call.
struct NotificationSender: Sendable {
    /// How long one delivery may take.
    static let timeout = Duration.seconds(30)
    /// The header that carries the HMAC-SHA-256 of the body, as `sha256=` and hexadecimal digits.
    static let signatureHeader = "X-Orchestrator-Signature"

    let context: OperatorContext
    let http: HTTPClient
    /// The URLs that alerts of a channel are sent to.
    let channels: [String: String]
    let deadLetters: DeadLetterWriter

    /// Sends one notification.
    ///
    /// - Returns: what was done, for the status.
    func send(
        _ notification: Notification, of run: KubernetesObject
    ) async throws(NotificationError) -> String {
        let content = try notification.content.get()
        switch notification.type {
        case "webhook": return try await webhook(content, notification, run)
        case "alert": return try await alert(content, notification, run)
        case "deadletter":
            let queue = content["queue"]?.stringValue ?? "default"
            return try await deadLetters.write(run, queue: queue)
        default:
            throw NotificationError(
                "there is no notification of type \(notification.type)", isPermanent: true)
        }
    }

    private func webhook(
        _ content: JSONObject, _ notification: Notification, _ run: KubernetesObject
    ) async throws(NotificationError) -> String {
        guard let url = content["url"]?.stringValue, !url.isEmpty else {
            throw NotificationError("the webhook has no url", isPermanent: true)
        }
        // Read before the body is made, in which nobody is to see it.
        var key: [UInt8]?
        if let secret = content["secretRef"] { key = try await signingKey(secret, run.namespace) }
        let body =
            content["body"].map { context.redact(value: $0, in: run.namespace) }
            ?? payload(of: run, notification)
        var request = HTTPRequest(
            method: HTTPMethod(rawValue: content["method"]?.stringValue?.uppercased() ?? "POST"),
            url: url, body: body.stringValue.map { Array($0.utf8) } ?? body.bytes)
        for (name, value) in content["headers"]?.objectValue ?? [:] {
            request.headers.add(name, value.stringValue ?? value.text)
        }
        if let key {
            let code = HMAC.sha256(key: key, message: request.body ?? [])
            request.headers.add(
                NotificationSender.signatureHeader, "sha256=\(Hexadecimal.encode(code))")
        }
        return try await deliver(request, notification, run)
    }

    private func alert(
        _ content: JSONObject, _ notification: Notification, _ run: KubernetesObject
    ) async throws(NotificationError) -> String {
        let severity = content["severity"]?.stringValue ?? "warning"
        let text =
            content["message"]?.stringValue.map { context.redact($0, in: run.namespace) }
            ?? "the run ended: \(run.status["phase"]?.stringValue ?? "")"
        let isWarning = !["info", "none", "debug"].contains(severity)
        context.record(run, isWarning: isWarning, reason: "Alert", message: "\(severity): \(text)")
        guard let channel = content["channel"]?.stringValue, let url = channels[channel] else {
            return "told as an event"
        }
        var body = payload(of: run, notification)
        body["channel"] = .string(channel)
        body["severity"] = .string(severity)
        body["text"] = .string(text)
        body["to"] = content["to"]
        return try await deliver(
            HTTPRequest(method: .post, url: url, body: body.bytes), notification, run)
    }

    /// What a receiver is told that was given no body of its own.
    private func payload(of run: KubernetesObject, _ notification: Notification) -> JSON {
        var about: JSON = ["name": .string(run.name), "namespace": .string(run.namespace)]
        about["uid"] = run.uid.map { .string($0) }
        let fields = [
            "phase", "reason", "message", "startTime", "completionTime", "progress", "outputs",
        ]
        for field in fields { about[field] = run.status[field] }
        // A secret may have been learned of since these were stored.
        for field in ["message", "outputs"] {
            about[field] = about[field].map { context.redact(value: $0, in: run.namespace) }
        }
        about["workflow"] = run.status["workflow"]
        return ["event": .string(String(notification.id.prefix { $0 != "." })), "run": about]
    }

    private func signingKey(
        _ secret: JSON, _ namespace: String
    ) async throws(NotificationError) -> [UInt8] {
        guard let name = secret["name"]?.stringValue else {
            throw NotificationError("the secretRef has no name", isPermanent: true)
        }
        let object: KubernetesObject
        do throws(KubernetesError) {
            object = try await context.client.get(
                .secrets, ObjectKey(namespace: namespace, name: name))
        } catch {
            throw NotificationError(error.description)
        }
        let field = secret["key"]?.stringValue ?? "key"
        guard let data = object.json["data"]?[field]?.stringValue, let key = Base64.decode(data)
        else { throw NotificationError("the secret \(name) has no \(field)") }
        context.redactor.add(String(decoding: key, as: UTF8.self), in: namespace)
        return key
    }

    private func deliver(
        _ request: HTTPRequest, _ notification: Notification, _ run: KubernetesObject
    ) async throws(NotificationError) -> String {
        var request = request
        request.timeout = NotificationSender.timeout
        if !request.headers.contains("Content-Type") {
            request.headers.add("Content-Type", "application/json")
        }
        // The same however often it is sent: a receiver that knows the header takes it once.
        request.headers.add("Idempotency-Key", "\(run.uid ?? "")-\(notification.id)")
        let response: HTTPResponse
        do throws(HTTPError) {
            response = try await http.send(request)
        } catch {
            throw NotificationError(error.message, isPermanent: error.code == .invalidURL)
        }
        guard (200..<300).contains(response.status) else {
            let mayPass = response.status >= 500 || [408, 425, 429].contains(response.status)
            throw NotificationError(
                "the receiver answered \(response.status)", isPermanent: !mayPass)
        }
        return "the receiver answered \(response.status)"
    }
}
