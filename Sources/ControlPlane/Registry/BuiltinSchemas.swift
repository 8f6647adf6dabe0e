internal import Schemas
internal import Values

/// The fields of the kinds that the server has of its own, and of what all kinds have in common.
enum BuiltinSchemas {
    /// The fields of `metadata`.
    static let objectMetadata: Schema =
        .object(
            "ObjectMeta is metadata that all persisted resources must have, which "
                + "includes all objects users must create.",
            [
                "annotations": .map(
                    "Annotations is an unstructured key value map stored with a resource "
                        + "that may be set by external tools to store and retrieve arbitrary "
                        + "metadata.",
                    of: .string(
                        "")),
                "clusterName": .string(
                    "The name of the cluster which the object belongs to."),
                "creationTimestamp": .timestamp(
                    "CreationTimestamp is a timestamp representing the server time when "
                        + "this object was created."),
                "deletionGracePeriodSeconds": .integer(
                    "Number of seconds allowed for this object to gracefully terminate "
                        + "before it will be removed from the system."),
                "deletionTimestamp": .timestamp(
                    "DeletionTimestamp is RFC 3339 date and time at which this resource "
                        + "will be deleted."),
                "finalizers": .array(
                    "Must be empty before the object is deleted from the registry.",
                    of: .string(
                        ""), listType: .set
                )
                .merged(by: nil),
                "generateName": .string(
                    "GenerateName is an optional prefix, used by the server, to generate a "
                        + "unique name ONLY IF the Name field has not been provided."),
                "generation": .integer(
                    "A sequence number representing a specific generation of the desired state."),
                "labels": .map(
                    "Map of string keys and values that can be used to organize and "
                        + "categorize (scope and select) objects.",
                    of: .string(
                        "")),
                "managedFields": .array(
                    "ManagedFields maps workflow-id and version to the set of fields that "
                        + "are managed by that workflow.",
                    of: .object(
                        "ManagedFieldsEntry is a workflow-id, a FieldSet and the group "
                            + "version of the resource that the fieldset applies to.",
                        [
                            "apiVersion": .string(
                                "APIVersion defines the version of this resource that this "
                                    + "field set applies to."),
                            "fieldsType": .string(
                                "FieldsType is the discriminator for the different fields "
                                    + "format and version."),
                            "fieldsV1": .freeObject(
                                "FieldsV1 holds the first JSON version format as described in "
                                    + "the \"FieldsV1\" type."),
                            "manager": .string(
                                "Manager is an identifier of the workflow managing these fields."),
                            "operation": .string(
                                "Operation is the type of operation which lead to this "
                                    + "ManagedFieldsEntry being created."),
                            "subresource": .string(
                                "Subresource is the name of the subresource used to update "
                                    + "that object."),
                            "time": .timestamp(
                                "Time is timestamp of when these fields were set."),
                        ])),
                "name": .string(
                    "Name must be unique within a namespace."),
                "namespace": .string(
                    "Namespace defines the space within which each name must be unique."),
                "ownerReferences": .array(
                    "List of objects depended by this object.",
                    of: .object(
                        "OwnerReference contains enough information to let you identify an "
                            + "owning object.", required: ["apiVersion", "kind", "name", "uid"],
                        [
                            "apiVersion": .string(
                                "API version of the referent."),
                            "blockOwnerDeletion": .boolean(
                                "If true, AND if the owner has the \"foregroundDeletion\" "
                                    + "finalizer, then the owner cannot be deleted from the "
                                    + "key-value store until this reference is removed."),
                            "controller": .boolean(
                                "If true, this reference points to the managing controller."),
                            "kind": .string(
                                "Kind of the referent."),
                            "name": .string(
                                "Name of the referent."),
                            "uid": .string(
                                "UID of the referent."),
                        ]), keys: ["uid"]
                )
                .merged(by: "uid"),
                "resourceVersion": .string(
                    "An opaque value that represents the internal version of this object "
                        + "that can be used by clients to determine when objects have changed."),
                "selfLink": .string(
                    "SelfLink is a URL representing this object."),
                "uid": .string(
                    "UID is the unique in time and space value for this object."),
            ])

    static func objectReference(_ description: String) -> Schema {
        .object(
            description,
            [
                "apiVersion": .string("API version of the referent."),
                "kind": .string("Kind of the referent."),
                "fieldPath": .string(
                    "If referring to a piece of an object instead of an entire object, this "
                        + "string should contain a valid JSON/Go field access statement, such as "
                        + "desiredState.manifest.containers[2]. For example, if the object "
                        + "reference is to a container ..."),
                "name": .string(
                    "Name of the referent."),
                "namespace": .string(
                    "Namespace of the referent."),
                "resourceVersion": .string(
                    "Specific resourceVersion to which this reference is made, if any."),
                "uid": .string(
                    "UID of the referent."),
            ])
    }

    static func localObjectReference(_ description: String) -> Schema {
        .object(
            description,
            [
                "name": .string(
                    "Name of the referent.")
            ])
    }
}

extension Schema {
    /// How a strategic merge patch merges the list: by a member of its elements, or by their values.
    func merged(by key: String?) -> Schema {
        var schema = self
        schema.extensions["x-kubernetes-patch-strategy"] = "merge"
        if let key { schema.extensions["x-kubernetes-patch-merge-key"] = .string(key) }
        return schema
    }
}
