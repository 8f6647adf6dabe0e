internal import Values

extension APIServer {
    /// Answers what a client may do: who holds the token may do everything.
    func review(
        _ request: APIRequest, _ target: ResourceTarget
    ) throws(APIFailure) -> APIResponse {
        let options = try WriteOptions(request, target, .update)
        var body = try BodyReader.read(request)
        try BodyReader.check(body, is: target.resource)
        let warnings = try options.validation.prune(&body, as: target.resource)
        body["metadata"] = ["creationTimestamp": nil]
        if target.resource.kind == "SelfSubjectRulesReview" {
            body["status"] = [
                "incomplete": false,
                "resourceRules": [
                    ["verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]]
                ],
                "nonResourceRules": [["verbs": ["*"], "nonResourceURLs": ["*"]]],
            ]
        } else {
            let spec = body["spec"]
            let asked = spec?["resourceAttributes"] ?? spec?["nonResourceAttributes"]
            guard asked != nil else {
                throw .invalid(
                    target.resource, "",
                    [
                        .invalid(
                            "spec.resourceAttributes", .null,
                            "exactly one of nonResourceAttributes or resourceAttributes must be "
                                + "specified")
                    ])
            }
            body["status"] = ["allowed": true]
        }
        return try respond(
            request, target.resource,
            WriteResult(object: .value(body), isCreated: true, warnings: warnings))
    }
}
