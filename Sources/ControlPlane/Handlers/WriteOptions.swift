internal import Values

/// How a write is to be made, and what its client is to be warned of.
struct WriteOptions: Sendable {
    let isDryRun: Bool
    let validation: FieldValidation
    let manager: FieldManager

    init(
        _ request: APIRequest, _ target: ResourceTarget, _ operation: FieldManager.Operation
    ) throws(APIFailure) {
        isDryRun = try request.isDryRun()
        validation = try FieldValidation(request)
        manager = FieldManager(
            name: request.fieldManager, operation: operation,
            apiVersion: target.resource.groupVersion, subresource: target.subresource)
    }

    /// A write of the server's own.
    init(manager: String, _ resource: APIResource, subresource: String = "") {
        isDryRun = false
        validation = .ignore
        self.manager = FieldManager(
            name: manager, operation: .update, apiVersion: resource.groupVersion,
            subresource: subresource)
    }
}

/// What a write led to.
struct WriteResult: Sendable {
    enum Object: Sendable {
        case stored(StoredObject)
        /// An object that is stored nowhere: of a dry run.
        case value(JSON)
    }

    var object: Object
    var isCreated = false
    var warnings: [String] = []
}

extension APIServer {
    func respond(
        _ request: APIRequest, _ resource: APIResource, _ result: WriteResult
    ) throws(APIFailure) -> APIResponse {
        let status = result.isCreated ? 201 : 200
        var response: APIResponse
        switch result.object {
        case .stored(let object):
            response = try respond(request, resource, object: object, status: status)
        case .value(var json):
            json["apiVersion"] = .string(resource.groupVersion)
            response = try respond(request, resource, json: json, status: status)
        }
        for warning in result.warnings {
            let quoted = JSON.string(warning).text
            response.headers.append(("Warning", "299 - \(quoted)"))
        }
        return response
    }

    /// Refuses an object that is too large to be stored.
    func checkSize(_ draft: ObjectDraft) throws(APIFailure) {
        guard draft.byteCount > ControlPlaneLimits.objectBytes else { return }
        throw .tooLarge(
            "etcdserver: request is too large: the object has \(draft.byteCount) bytes, over the "
                + "\(ControlPlaneLimits.objectBytes) allowed")
    }
}
