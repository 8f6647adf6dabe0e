internal import HTTP

extension APIRequest {
    init(_ request: HTTPServerRequest) {
        self.init(
            method: request.method.rawValue,
            segments: request.pathSegments.last == ""
                ? request.pathSegments.dropLast() : request.pathSegments,
            query: request.query, accept: request.headers["Accept"] ?? "",
            contentType: request.headers["Content-Type"] ?? "",
            authorization: request.headers["Authorization"] ?? "",
            userAgent: request.headers["User-Agent"] ?? "", body: request.body)
    }
}

extension HTTPServerResponse {
    init(_ response: APIResponse) {
        var headers: HTTPHeaders = [
            "Content-Type": response.contentType, "Cache-Control": "no-cache, private",
        ]
        for (name, value) in response.headers { headers.add(name, value) }
        switch response.body {
        case .bytes(let bytes):
            self.init(status: response.status, headers: headers, body: .bytes(bytes))
        case .watch(let watch):
            self.init(
                status: response.status, headers: headers,
                body: .stream { writer in
                    try await watch.run { lines in try await writer.write(lines) }
                })
        }
    }
}
