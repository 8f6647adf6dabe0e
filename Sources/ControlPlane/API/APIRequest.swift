internal import Values

/// One request, as far as the API is concerned with it.
struct APIRequest: Sendable {
    var method: String
    /// The parts of the path, percent-decoded; a trailing slash leaves no part.
    var segments: [String]
    var query: [(name: String, value: String)] = []
    var accept = ""
    var contentType = ""
    var authorization = ""
    var userAgent = ""
    var body: [UInt8] = []

    /// The value of a parameter, the first where it is given twice.
    func parameter(_ name: String) -> String? { query.first { $0.name == name }?.value }

    func flag(_ name: String) -> Bool {
        guard let value = parameter(name) else { return false }
        return ["1", "t", "T", "true", "TRUE", "True"].contains(value)
    }

    func number(_ name: String) throws(APIFailure) -> Int64? {
        guard let text = parameter(name), !text.isEmpty else { return nil }
        guard let number = Int64(text) else {
            throw .badRequest(
                "strconv.ParseInt: parsing \(JSON.string(text).text): invalid syntax")
        }
        return number
    }

    /// The resource version asked for: nil where none is named.
    func resourceVersion() throws(APIFailure) -> Int64? {
        guard let text = parameter("resourceVersion"), !text.isEmpty else { return nil }
        guard let version = Int64(text), version >= 0 else {
            throw .badRequest(
                "resourceVersion: Invalid value: \(JSON.string(text).text): strconv.ParseUint: "
                    + "parsing \(JSON.string(text).text): invalid syntax")
        }
        return version
    }

    /// The name under which field ownership is recorded: the one given, or that of the program.
    var fieldManager: String {
        if let name = parameter("fieldManager"), !name.isEmpty { return name }
        let program = userAgent.split(separator: "/", maxSplits: 1).first.map(String.init) ?? ""
        return program.isEmpty ? "unknown" : String(program.prefix(128))
    }

    /// Whether nothing is to be stored.
    func isDryRun() throws(APIFailure) -> Bool {
        try APIRequest.isDryRun(query.filter { $0.name == "dryRun" }.map(\.value))
    }

    static func isDryRun(_ values: [String]) throws(APIFailure) -> Bool {
        for value in values where value != "All" {
            throw .invalid(
                group: "meta.k8s.io", kind: "PatchOptions", name: "",
                [.notSupported("dryRun", .string(value), ["All"])])
        }
        return !values.isEmpty
    }
}

/// An answer.
struct APIResponse: Sendable {
    enum Body: Sendable {
        case bytes([UInt8])
        case watch(WatchStream)
    }

    var status: Int
    var contentType = "application/json"
    var headers: [(name: String, value: String)] = []
    var body: Body

    init(status: Int = 200, _ json: JSON) {
        self.status = status
        body = .bytes(json.bytes)
    }

    init(status: Int = 200, bytes: [UInt8], contentType: String = "application/json") {
        self.status = status
        self.contentType = contentType
        body = .bytes(bytes)
    }

    init(text: String, status: Int = 200) {
        self.init(
            status: status, bytes: Array(text.utf8), contentType: "text/plain; charset=utf-8")
    }

    init(_ failure: APIFailure) {
        self.init(status: failure.code, failure.status)
        if let seconds = failure.retryAfterSeconds {
            headers.append(("Retry-After", String(seconds)))
        }
    }

    init(watch: WatchStream) {
        status = 200
        body = .watch(watch)
    }
}
