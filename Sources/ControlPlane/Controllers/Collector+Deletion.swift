internal import Values

extension Collector {
    private static let manager = "garbage-collector"

    /// Deletes an object none of whose owners is left, and forgets owners that are gone.
    func collect(
        _ place: ObjectReference, _ resource: APIResource, _ server: APIServer
    ) async throws(APIFailure) {
        guard let object = server.store.object(at: place) else { return }
        let json = try object.json()
        let references = json["metadata"]?["ownerReferences"]?.arrayValue ?? []
        var solid: [JSON] = []
        var waiting: [JSON] = []
        for reference in references {
            let owner = reference["uid"]?.stringValue.flatMap(server.store.place(ofUID:))
                .flatMap(server.store.object(at:))
            guard let owner else { continue }
            let finalizers = try Collector.finalizers(owner)
            let waits =
                owner.isDeleting && reference["blockOwnerDeletion"]?.boolValue == true
                && finalizers.contains(APIServer.foregroundFinalizer)
            if waits { waiting.append(reference) } else { solid.append(reference) }
        }
        if solid.count == references.count { return }
        if !solid.isEmpty {
            let left = solid
            try await rewrite(object, resource, server) { metadata in
                metadata["ownerReferences"] = .array(left)
            }
            return
        }
        if object.isDeleting { return }
        var options = DeleteOptions()
        options.uid = object.uid
        let finalizers = try Collector.finalizers(object)
        if finalizers.contains(APIServer.orphanFinalizer) {
            options.propagation = .orphan
        } else if finalizers.contains(APIServer.foregroundFinalizer)
            || !waiting.isEmpty && !server.store.dependents(ofUID: object.uid).isEmpty
        {
            options.propagation = .foreground
        } else {
            options.propagation = .background
        }
        _ = try await server.delete(resource, object.key, options)
    }

    private static func finalizers(_ object: StoredObject) throws(APIFailure) -> [String] {
        (try object.json()["metadata"]?["finalizers"]?.arrayValue ?? []).compactMap(\.stringValue)
    }

    /// Takes the dependents of an object off it, and then lets it go.
    func orphan(
        _ owner: StoredObject, _ resource: APIResource, _ server: APIServer
    ) async throws(APIFailure) {
        for place in server.store.dependents(ofUID: owner.uid) {
            guard let dependent = server.store.object(at: place),
                let kind = server.catalog.stored(place.collection)
            else { continue }
            try await rewrite(dependent, kind, server) { metadata in
                let left = (metadata["ownerReferences"]?.arrayValue ?? [])
                    .filter { $0["uid"]?.stringValue != owner.uid }
                metadata["ownerReferences"] = left.isEmpty ? nil : .array(left)
            }
        }
        try await removeFinalizer(APIServer.orphanFinalizer, from: owner, resource, server)
    }

    /// Deletes the dependents of an object, and lets it go once none blocks it.
    func endForeground(
        _ owner: StoredObject, _ resource: APIResource, _ server: APIServer
    ) async throws(APIFailure) {
        var isBlocked = false
        let dependents = server.store.dependents(ofUID: owner.uid)
        for place in dependents {
            guard let dependent = server.store.object(at: place) else { continue }
            let references =
                try dependent.json()["metadata"]?["ownerReferences"]?.arrayValue ?? []
            isBlocked =
                isBlocked
                || references.contains {
                    $0["uid"]?.stringValue == owner.uid
                        && $0["blockOwnerDeletion"]?.boolValue == true
                }
        }
        guard isBlocked else {
            return try await removeFinalizer(
                APIServer.foregroundFinalizer, from: owner, resource, server)
        }
        enqueue(dependents)
    }

    /// Deletes what is in a namespace, and then the namespace.
    func endNamespace(
        _ namespace: StoredObject, _ server: APIServer
    ) async throws(APIFailure) {
        guard let resource = server.catalog.stored(StoreState.namespaces) else { return }
        for place in server.store.places(inNamespace: namespace.key.name) {
            try await end(place, server)
        }
        guard server.store.places(inNamespace: namespace.key.name).isEmpty else { return }
        let target = ResourceTarget(
            resource: resource, namespace: nil, name: namespace.key.name, subresource: "finalize")
        _ = try await server.update(
            target, namespace.key, WriteOptions(manager: "namespace-controller", resource)
        ) { (old: JSON, _) throws(APIFailure) in
            var new = old
            new["spec"] = [:]
            return new
        }
    }

    /// Deletes the objects of a definition, and then lets the definition go.
    ///
    /// Creations are refused since it was marked, so that what is found empty stays so.
    func endDefinition(
        _ definition: StoredObject, _ resource: APIResource, _ server: APIServer
    ) async throws(APIFailure) {
        if case .success(let read) = CustomResourceDefinition.read(try definition.json()) {
            let store = server.store
            let objects = store.objects(of: read.collection, namespace: nil)?.objects ?? []
            for object in objects {
                let place = ObjectReference(collection: read.collection, key: object.key)
                try await end(place, server)
            }
            let left = store.objects(of: read.collection, namespace: nil)?.objects ?? []
            guard left.isEmpty else { return }
        }
        try await removeFinalizer(
            CustomResourceDefinition.cleanupFinalizer, from: definition, resource, server)
    }

    /// Deletes an object with what it is in.
    private func end(
        _ place: ObjectReference, _ server: APIServer
    ) async throws(APIFailure) {
        guard let object = server.store.object(at: place) else { return }
        guard let kind = server.catalog.stored(place.collection) else {
            // Nothing defines its kind, so no request reaches it, nor its finalizers.
            let write = Write(
                collection: place.collection, kind: .delete(object.revision),
                draft: ObjectDraft(try object.json()))
            if case .failed(let failure) = await server.store.commit(write) { throw failure }
            return
        }
        guard !object.isDeleting else { return }
        do throws(APIFailure) {
            _ = try await server.delete(kind, place.key, DeleteOptions())
        } catch  where error.code == 404 {
            // Gone by another's hand, which is all that is wanted.
            return
        }
    }

    private func removeFinalizer(
        _ finalizer: String, from object: StoredObject, _ resource: APIResource,
        _ server: APIServer
    ) async throws(APIFailure) {
        try await rewrite(object, resource, server) { metadata in
            let left = (metadata["finalizers"]?.arrayValue ?? []).filter {
                $0.stringValue != finalizer
            }
            metadata["finalizers"] = left.isEmpty ? nil : .array(left)
        }
    }

    /// Changes the metadata of an object that is still the same one.
    private func rewrite(
        _ object: StoredObject, _ resource: APIResource, _ server: APIServer,
        _ change: @Sendable (inout JSONObject) -> Void
    ) async throws(APIFailure) {
        let target = ResourceTarget(
            resource: resource,
            namespace: object.key.namespace.isEmpty ? nil : object.key.namespace,
            name: object.key.name, subresource: "")
        _ = try await server.update(
            target, object.key, WriteOptions(manager: Collector.manager, resource)
        ) { (old: JSON, _) throws(APIFailure) in
            guard old["metadata"]?["uid"]?.stringValue == object.uid else {
                throw .notFound(resource, object.key.name)
            }
            var new = old
            var metadata = old["metadata"]?.objectValue ?? [:]
            change(&metadata)
            // The state it is made from does not matter, only that it is made.
            metadata["resourceVersion"] = nil
            new["metadata"] = .object(metadata)
            return new
        }
    }
}
