internal import Schemas
internal import Values

extension APIServer {
    static let patchTypes = [
        "application/json-patch+json", "application/merge-patch+json",
        "application/apply-patch+yaml",
    ]

    func patch(
        _ request: APIRequest, _ target: ResourceTarget, _ name: String
    ) async throws(APIFailure) -> APIResponse {
        let type = ContentNegotiation.mediaType(request.contentType)
        if type == "application/apply-patch+yaml" {
            return try await apply(request, target, name)
        }
        let options = try WriteOptions(request, target, .update)
        let body = try BodyReader.json(request.body)
        let patch: (JSON) throws(APIFailure) -> JSON
        switch type {
        case "application/merge-patch+json":
            guard body.objectValue != nil else {
                throw .badRequest("a merge patch of an object must be an object")
            }
            patch = { (object: JSON) throws(APIFailure) in object.merging(patch: body) }
        case "application/json-patch+json":
            let operations = try APIServer.operations(body)
            patch = { (object: JSON) throws(APIFailure) in
                do throws(JSONPatchError) {
                    return try object.applying(operations)
                } catch {
                    throw APIServer.unfit(error)
                }
            }
        case "application/strategic-merge-patch+json" where !target.resource.isCustom:
            patch = { (object: JSON) throws(APIFailure) in
                try StrategicMergePatch.apply(body, to: object)
            }
        default:
            throw .unsupportedMediaType(
                target.resource.isCustom
                    ? APIServer.patchTypes
                    : APIServer.patchTypes + ["application/strategic-merge-patch+json"])
        }
        var warnings: [String] = []
        var result = try await update(target, target.key(name: name), options) {
            (old: JSON, known: JSON?) throws(APIFailure) in
            var new = try patch(old)
            try BodyReader.check(new, is: target.resource)
            try checkName(&new, name)
            try checkVersionIsGiven(new, target.resource, name)
            warnings = try admit(&new, target, options, knowing: known)
            return new
        }
        result.warnings = warnings
        return try respond(request, target.resource, result)
    }

    private static func operations(_ body: JSON) throws(APIFailure) -> JSONPatch {
        if let count = body.arrayValue?.count, count > ControlPlaneLimits.patchOperations {
            throw .tooLarge(
                "The allowed maximum operations in a JSON patch is "
                    + "\(ControlPlaneLimits.patchOperations), got \(count)")
        }
        do throws(JSONPatchError) {
            return try JSONPatch(json: body)
        } catch {
            throw .badRequest("error decoding patch: \(error)")
        }
    }

    private static func unfit(_ error: JSONPatchError) -> APIFailure {
        APIFailure(
            code: 422, reason: "Invalid",
            message: "the server rejected our request due to an error in our request: \(error)",
            details: [:])
    }

    /// Server-side apply: merges a configuration and creates the object where there is none.
    private func apply(
        _ request: APIRequest, _ target: ResourceTarget, _ name: String
    ) async throws(APIFailure) -> APIResponse {
        guard let manager = request.parameter("fieldManager"), !manager.isEmpty else {
            throw .invalid(
                group: "meta.k8s.io", kind: "PatchOptions", name: "",
                [.required("fieldManager", "is required for apply patch")])
        }
        let options = try WriteOptions(request, target, .apply)
        let resource = target.resource
        var configuration = try BodyReader.yaml(request.body)
        try BodyReader.check(configuration, is: resource)
        try checkName(&configuration, name)
        if let fields = configuration["metadata"]?["managedFields"], !fields.isNull {
            throw .badRequest("metadata.managedFields must be nil")
        }
        let warnings = try admit(&configuration, target, options)
        if target.isStatus {
            configuration = configuration.keeping(["apiVersion", "kind", "metadata", "status"])
        } else if resource.hasStatus {
            configuration["status"] = nil
        }
        let change = ApplyChange(
            configuration: configuration, options: options, force: request.flag("force"))
        for _ in 0..<ControlPlaneLimits.conflictRetries {
            do throws(APIFailure) {
                var result = try await apply(change, target, target.key(name: name))
                result.warnings = warnings
                return try respond(request, resource, result)
            } catch  where error.reason == "AlreadyExists" {
                // Another client created it in between: then it is there to merge into.
                continue
            }
        }
        throw .conflict(resource, name)
    }

    private struct ApplyChange {
        let configuration: JSON
        let options: WriteOptions
        let force: Bool
    }

    private func apply(
        _ change: ApplyChange, _ target: ResourceTarget, _ key: ObjectKey
    ) async throws(APIFailure) -> WriteResult {
        let resource = target.resource
        guard store.object(resource.collection, key) != nil else {
            guard target.subresource.isEmpty else { throw .notFound(resource, key.name) }
            return try await createByApply(change, target)
        }
        return try await update(target, key, change.options) {
            (old: JSON, _) throws(APIFailure) in
            let metadata = change.configuration["metadata"]
            if let uid = metadata?["uid"]?.stringValue, !uid.isEmpty,
                uid != old["metadata"]?["uid"]?.stringValue
            {
                throw .conflict(
                    resource, key.name,
                    "uid mismatch: the provided object specified "
                        + "uid \(uid), and the object has another")
            }
            var ownership = FieldOwnership(of: old)
            var live = old
            live[["metadata", "managedFields"]] = nil
            if ownership.entries.isEmpty {
                // Nobody is recorded for what is there; somebody else wrote it all.
                var manager = change.options.manager
                manager.name = "before-first-apply"
                manager.operation = .update
                ownership.recordUpdate(
                    from: APIServer.blank(live), to: live, type: resource.fieldType, by: manager,
                    at: timeText())
            }
            var merged = try ownership.apply(
                change.configuration, to: live, type: resource.fieldType,
                by: change.options.manager, force: change.force, at: timeText()
            ) { (merged: JSON) throws(APIFailure) in
                var merged = merged
                resource.schema.applyDefaults(&merged, asResource: true)
                return merged
            }
            merged[["metadata", "managedFields"]] = ownership.json
            return merged
        }
    }

    private func createByApply(
        _ change: ApplyChange, _ target: ResourceTarget
    ) async throws(APIFailure) -> WriteResult {
        var ownership = FieldOwnership()
        let configuration = change.configuration
        _ = try ownership.apply(
            configuration, to: APIServer.blank(configuration), type: target.resource.fieldType,
            by: change.options.manager, force: true, at: timeText(), defaulting: { $0 })
        var object = configuration
        object[["metadata", "managedFields"]] = ownership.json
        return try await create(object, target, change.options)
    }
}

extension JSON {
    /// The object with only the members named.
    func keeping(_ names: Set<String>) -> JSON {
        guard let members = objectValue else { return self }
        return .object(
            JSONObject(members.filter { names.contains($0.key) }.map { ($0.key, $0.value) }))
    }
}
