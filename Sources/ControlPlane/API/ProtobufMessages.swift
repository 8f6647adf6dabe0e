/// The Protocol Buffers form of the kinds that Kubernetes' typed clients send in it.
///
/// Source: the `generated.proto` files of k8s.io/api and k8s.io/apimachinery; field numbers never
/// change.
enum ProtobufMessages {
    indirect enum Field: Sendable {
        case string, bytes, bool, integer
        /// A moment, in whole seconds.
        case time
        /// A moment, in microseconds.
        case microTime
        /// JSON inside a message of its own.
        case json
        case message(String)
        case list(Field)
        case map(Field)
    }

    /// The fields of each message by number.
    static let all: [String: [UInt64: (name: String, field: Field)]] = [
        "ConfigMap": [
            1: ("metadata", .message("ObjectMeta")),
            2: ("data", .map(.string)),
            3: ("binaryData", .map(.bytes)),
            4: ("immutable", .bool),
        ],
        "DeleteOptions": [
            1: ("gracePeriodSeconds", .integer),
            2: ("preconditions", .message("Preconditions")),
            3: ("orphanDependents", .bool),
            4: ("propagationPolicy", .string),
            5: ("dryRun", .list(.string)),
        ],
        "Event": [
            1: ("metadata", .message("ObjectMeta")),
            2: ("involvedObject", .message("ObjectReference")),
            3: ("reason", .string),
            4: ("message", .string),
            5: ("source", .message("EventSource")),
            6: ("firstTimestamp", .time),
            7: ("lastTimestamp", .time),
            8: ("count", .integer),
            9: ("type", .string),
            10: ("eventTime", .microTime),
            11: ("series", .message("EventSeries")),
            12: ("action", .string),
            13: ("related", .message("ObjectReference")),
            14: ("reportingComponent", .string),
            15: ("reportingInstance", .string),
        ],
        "EventSeries": [
            1: ("count", .integer),
            2: ("lastObservedTime", .microTime),
        ],
        "EventSource": [
            1: ("component", .string),
            2: ("host", .string),
        ],
        "Lease": [
            1: ("metadata", .message("ObjectMeta")),
            2: ("spec", .message("LeaseSpec")),
        ],
        "LeaseSpec": [
            1: ("holderIdentity", .string),
            2: ("leaseDurationSeconds", .integer),
            3: ("acquireTime", .microTime),
            4: ("renewTime", .microTime),
            5: ("leaseTransitions", .integer),
        ],
        "LocalObjectReference": [
            1: ("name", .string)
        ],
        "ManagedFieldsEntry": [
            1: ("manager", .string),
            2: ("operation", .string),
            3: ("apiVersion", .string),
            4: ("time", .time),
            6: ("fieldsType", .string),
            7: ("fieldsV1", .json),
        ],
        "Namespace": [
            1: ("metadata", .message("ObjectMeta")),
            2: ("spec", .message("NamespaceSpec")),
            3: ("status", .message("NamespaceStatus")),
        ],
        "NamespaceCondition": [
            1: ("type", .string),
            2: ("status", .string),
            4: ("lastTransitionTime", .time),
            5: ("reason", .string),
            6: ("message", .string),
        ],
        "NamespaceSpec": [
            1: ("finalizers", .list(.string))
        ],
        "NamespaceStatus": [
            1: ("phase", .string),
            2: ("conditions", .list(.message("NamespaceCondition"))),
        ],
        "NonResourceAttributes": [
            1: ("path", .string),
            2: ("verb", .string),
        ],
        "NonResourceRule": [
            1: ("verbs", .list(.string)),
            2: ("nonResourceURLs", .list(.string)),
        ],
        "ObjectMeta": [
            1: ("name", .string),
            2: ("generateName", .string),
            3: ("namespace", .string),
            4: ("selfLink", .string),
            5: ("uid", .string),
            6: ("resourceVersion", .string),
            7: ("generation", .integer),
            8: ("creationTimestamp", .time),
            9: ("deletionTimestamp", .time),
            10: ("deletionGracePeriodSeconds", .integer),
            11: ("labels", .map(.string)),
            12: ("annotations", .map(.string)),
            13: ("ownerReferences", .list(.message("OwnerReference"))),
            14: ("finalizers", .list(.string)),
            15: ("clusterName", .string),
            17: ("managedFields", .list(.message("ManagedFieldsEntry"))),
        ],
        "ObjectReference": [
            1: ("kind", .string),
            2: ("namespace", .string),
            3: ("name", .string),
            4: ("uid", .string),
            5: ("apiVersion", .string),
            6: ("resourceVersion", .string),
            7: ("fieldPath", .string),
        ],
        "OwnerReference": [
            1: ("kind", .string),
            3: ("name", .string),
            4: ("uid", .string),
            5: ("apiVersion", .string),
            6: ("controller", .bool),
            7: ("blockOwnerDeletion", .bool),
        ],
        "Preconditions": [
            1: ("uid", .string),
            2: ("resourceVersion", .string),
        ],
        "ResourceAttributes": [
            1: ("namespace", .string),
            2: ("verb", .string),
            3: ("group", .string),
            4: ("version", .string),
            5: ("resource", .string),
            6: ("subresource", .string),
            7: ("name", .string),
        ],
        "ResourceRule": [
            1: ("verbs", .list(.string)),
            2: ("apiGroups", .list(.string)),
            3: ("resources", .list(.string)),
            4: ("resourceNames", .list(.string)),
        ],
        "Secret": [
            1: ("metadata", .message("ObjectMeta")),
            2: ("data", .map(.bytes)),
            3: ("type", .string),
            4: ("stringData", .map(.string)),
            5: ("immutable", .bool),
        ],
        "SelfSubjectAccessReview": [
            1: ("metadata", .message("ObjectMeta")),
            2: ("spec", .message("SelfSubjectAccessReviewSpec")),
            3: ("status", .message("SubjectAccessReviewStatus")),
        ],
        "SelfSubjectAccessReviewSpec": [
            1: ("resourceAttributes", .message("ResourceAttributes")),
            2: ("nonResourceAttributes", .message("NonResourceAttributes")),
        ],
        "SelfSubjectRulesReview": [
            1: ("metadata", .message("ObjectMeta")),
            2: ("spec", .message("SelfSubjectRulesReviewSpec")),
            3: ("status", .message("SubjectRulesReviewStatus")),
        ],
        "SelfSubjectRulesReviewSpec": [
            1: ("namespace", .string)
        ],
        "ServiceAccount": [
            1: ("metadata", .message("ObjectMeta")),
            2: ("secrets", .list(.message("ObjectReference"))),
            3: ("imagePullSecrets", .list(.message("LocalObjectReference"))),
            4: ("automountServiceAccountToken", .bool),
        ],
        "SubjectAccessReviewStatus": [
            1: ("allowed", .bool),
            2: ("reason", .string),
            3: ("evaluationError", .string),
            4: ("denied", .bool),
        ],
        "SubjectRulesReviewStatus": [
            1: ("resourceRules", .list(.message("ResourceRule"))),
            2: ("nonResourceRules", .list(.message("NonResourceRule"))),
            3: ("incomplete", .bool),
            4: ("evaluationError", .string),
        ],
    ]
}
