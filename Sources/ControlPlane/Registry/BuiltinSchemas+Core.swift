internal import Schemas
internal import Values

// Source: the OpenAPI document of Kubernetes; descriptions are its first sentences.
extension BuiltinSchemas {
    /// The fields of a config map.
    static let configMap: Schema =
        .object(
            "ConfigMap holds configuration data for pods to consume.",
            [
                "binaryData": .map(
                    "BinaryData contains the binary data.",
                    of: .string(
                        "", format: "byte")),
                "data": .map(
                    "Data contains the configuration data.",
                    of: .string(
                        "")),
                "immutable": .boolean(
                    "Immutable, if set to true, ensures that data stored in the ConfigMap "
                        + "cannot be updated (only object metadata can be modified)."),
            ])

    /// The fields of a secret.
    static let secret: Schema =
        .object(
            "Secret holds secret data of a certain type.",
            [
                "data": .map(
                    "Data contains the secret data.",
                    of: .string(
                        "", format: "byte")),
                "immutable": .boolean(
                    "Immutable, if set to true, ensures that data stored in the Secret "
                        + "cannot be updated (only object metadata can be modified)."),
                "stringData": .map(
                    "stringData allows specifying non-binary secret data in string form.",
                    of: .string(
                        "")),
                "type": .string(
                    "Used to facilitate programmatic handling of secret data."),
            ])

    /// The fields of a namespace.
    static let namespace: Schema =
        .object(
            "Namespace provides a scope for Names.",
            [
                "spec": .object(
                    "Spec defines the behavior of the Namespace.",
                    [
                        "finalizers": .array(
                            "Finalizers is an opaque list of values that must be empty to "
                                + "permanently remove object from storage.",
                            of: .string(
                                ""))
                    ]),
                "status": .object(
                    "Status describes the current status of a Namespace.",
                    [
                        "conditions": .array(
                            "Represents the latest available observations of a namespace's "
                                + "current state.",
                            of: .object(
                                "NamespaceCondition contains details about state of namespace.",
                                required: ["type", "status"],
                                [
                                    "lastTransitionTime": .timestamp(
                                        ""),
                                    "message": .string(
                                        ""),
                                    "reason": .string(
                                        ""),
                                    "status": .string(
                                        "Status of the condition, one of True, False, Unknown."),
                                    "type": .string(
                                        "Type of namespace controller condition."),
                                ]), keys: ["type"]
                        )
                        .merged(by: "type"),
                        "phase": .string(
                            "Phase is the current lifecycle phase of the namespace."),
                    ]),
            ])

    /// The fields of a service account.
    static let serviceAccount: Schema =
        .object(
            "ServiceAccount binds together: * a name, understood by users, and perhaps "
                + "by peripheral systems, for an identity * a principal that can be "
                + "authenticated and authorized * a set of secrets",
            [
                "automountServiceAccountToken": .boolean(
                    "AutomountServiceAccountToken indicates whether pods running as this "
                        + "service account should have an API token automatically mounted."),
                "imagePullSecrets": .array(
                    "ImagePullSecrets is a list of references to secrets in the same "
                        + "namespace to use for pulling any images in pods that reference this "
                        + "ServiceAccount.",
                    of: BuiltinSchemas.localObjectReference(
                        "")),
                "secrets": .array(
                    "Secrets is the list of secrets allowed to be used by pods running "
                        + "using this ServiceAccount.",
                    of: BuiltinSchemas.objectReference(
                        ""), keys: ["name"]
                )
                .merged(by: "name"),
            ])

    /// The fields of an event.
    static let event: Schema =
        .object(
            "Event is a report of an event somewhere in the cluster.", required: ["involvedObject"],
            [
                "action": .string(
                    "What action was taken/failed regarding to the Regarding object."),
                "count": .integer("The number of times this event has occurred."),
                "eventTime": .timestamp(
                    "Time when this Event was first observed."),
                "firstTimestamp": .timestamp(
                    "The time at which the event was first recorded."),
                "involvedObject": BuiltinSchemas.objectReference(
                    "The object that this event is about."),
                "lastTimestamp": .timestamp(
                    "The time at which the most recent occurrence of this event was recorded."),
                "message": .string(
                    "A human-readable description of the status of this operation."),
                "reason": .string(
                    "This should be a short, machine understandable string that gives the "
                        + "reason for the transition into the object's current status."),
                "related": BuiltinSchemas.objectReference(
                    "Optional secondary object for more complex actions."),
                "reportingComponent": .string(
                    "Name of the controller that emitted this Event, e.g."),
                "reportingInstance": .string(
                    "ID of the controller instance, e.g."),
                "series": .object(
                    "Data about the Event series this event represents or nil if it's a "
                        + "singleton Event.",
                    [
                        "count": .integer(
                            "Number of occurrences in this series up to the last heartbeat time"),
                        "lastObservedTime": .timestamp(
                            "Time of the last occurrence observed"),
                    ]),
                "source": .object(
                    "The component reporting this event.",
                    [
                        "component": .string(
                            "Component from which the event is generated."),
                        "host": .string(
                            "Node name on which the event is generated."),
                    ]),
                "type": .string(
                    "Type of this event (Normal, Warning), new types could be added in the future"),
            ])

    /// The fields of a lease.
    static let lease: Schema =
        .object(
            "Lease defines a lease concept.",
            [
                "spec": .object(
                    "Specification of the Lease.",
                    [
                        "acquireTime": .timestamp(
                            "acquireTime is a time when the current lease was acquired."),
                        "holderIdentity": .string(
                            "holderIdentity contains the identity of the holder of a current lease."
                        ),
                        "leaseDurationSeconds": .integer(
                            "leaseDurationSeconds is a duration that candidates for a lease "
                                + "need to wait to force acquire it."),
                        "leaseTransitions": .integer(
                            "leaseTransitions is the number of transitions of a lease between holders."
                        ),
                        "renewTime": .timestamp(
                            "renewTime is a time when the current holder of a lease has last "
                                + "updated the lease."),
                    ])
            ])
}
