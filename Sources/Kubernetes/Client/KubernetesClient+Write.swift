internal import HTTP
internal import Values

extension KubernetesClient {
    /// Creates an object, in its namespace or in the configuration's when it names none.
    ///
    /// - Throws: ``KubernetesError`` with code `alreadyExists` when the name is taken: read the
    ///   object and adopt it only when it is ours (law 2).
    public func create(
        _ type: ResourceType, _ object: KubernetesObject, options: WriteOptions = WriteOptions()
    ) async throws(KubernetesError) -> KubernetesObject {
        let key = key(of: object, type)
        var call = Call(
            operation: "create \(type) \(key)", method: .post,
            path: try ResourcePath.collection(type, namespace: key.namespace), body: object.json)
        call.write(options)
        return KubernetesObject(try await perform(call))
    }

    /// Replaces an object whole, except its status where that is a subresource.
    ///
    /// The object's `resourceVersion` makes it conditional (law 22).
    public func replace(
        _ type: ResourceType, _ object: KubernetesObject, subresource: String? = nil,
        options: WriteOptions = WriteOptions()
    ) async throws(KubernetesError) -> KubernetesObject {
        let key = key(of: object, type)
        let part = subresource.map { "/\($0)" } ?? ""
        var call = Call(
            operation: "replace \(type)\(part) \(key)", method: .put,
            path: try ResourcePath.object(type, key, subresource: subresource), body: object.json)
        call.write(options)
        return KubernetesObject(try await perform(call))
    }

    /// Replaces the status of an object.
    ///
    /// The object's `resourceVersion` makes it conditional (law 22).
    public func replaceStatus(
        _ type: ResourceType, _ object: KubernetesObject, options: WriteOptions = WriteOptions()
    ) async throws(KubernetesError) -> KubernetesObject {
        try await replace(type, object, subresource: "status", options: options)
    }

    /// Changes part of an object or of its subresource.
    ///
    /// A `metadata.resourceVersion` inside a merge patch makes it conditional (law 22).
    public func patch(
        _ type: ResourceType, _ key: ObjectKey, _ patch: Patch, subresource: String? = nil,
        options: WriteOptions = WriteOptions()
    ) async throws(KubernetesError) -> KubernetesObject {
        let part = subresource.map { "/\($0)" } ?? ""
        var call = Call(
            operation: "patch \(type)\(part) \(key)", method: .patch,
            path: try ResourcePath.object(type, key, subresource: subresource), body: patch.body,
            contentType: patch.contentType)
        call.write(options)
        if case .apply(_, force: true) = patch { call.query.append(("force", "true")) }
        return KubernetesObject(try await perform(call))
    }

    /// Deletes an object, or asks for it where finalizers or children hold it.
    ///
    /// - Throws: ``KubernetesError`` with code `conflict` when a precondition does not hold.
    public func delete(
        _ type: ResourceType, _ key: ObjectKey, options: DeleteOptions = DeleteOptions()
    ) async throws(KubernetesError) {
        let call = Call(
            operation: "delete \(type) \(key)", method: .delete,
            path: try ResourcePath.object(type, key), body: options.body, timeout: options.timeout)
        _ = try await perform(call)
    }

    /// Deletes every object of a namespace that the selectors choose.
    ///
    /// At least one selector must be given: a forgotten one would empty the namespace.
    public func deleteCollection(
        _ type: ResourceType, namespace: String?, labelSelector: String? = nil,
        fieldSelector: String? = nil, options: DeleteOptions = DeleteOptions()
    ) async throws(KubernetesError) {
        guard !(labelSelector ?? "").isEmpty || !(fieldSelector ?? "").isEmpty else {
            throw KubernetesError(
                .badRequest, "cannot delete a collection of \(type) without a selector")
        }
        var call = Call(
            operation: "delete a collection of \(type)\(namespace.map { " in \($0)" } ?? "")",
            method: .delete, path: try ResourcePath.collection(type, namespace: namespace),
            body: options.body, timeout: options.timeout,
            maximumBytes: KubernetesLimits.maximumListBytes)
        call.select(label: labelSelector, field: fieldSelector)
        _ = try await perform(call)
    }

    private func key(of object: KubernetesObject, _ type: ResourceType) -> ObjectKey {
        let key = object.key
        guard type.namespaced else { return ObjectKey(name: key.name) }
        guard key.namespace.isEmpty else { return key }
        return ObjectKey(namespace: configuration.namespace, name: key.name)
    }
}
