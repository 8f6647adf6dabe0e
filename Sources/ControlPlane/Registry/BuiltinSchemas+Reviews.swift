internal import Schemas
internal import Values

// Source: the OpenAPI document of Kubernetes; descriptions are its first sentences.
extension BuiltinSchemas {
    /// The fields of a question whether one may do something.
    static let selfSubjectAccessReview: Schema =
        .object(
            "SelfSubjectAccessReview checks whether or the current user can perform an action.",
            required: ["spec"],
            [
                "spec": .object(
                    "Spec holds information about the request being evaluated.",
                    [
                        "nonResourceAttributes": .object(
                            "NonResourceAttributes describes information for a non-resource "
                                + "access request",
                            [
                                "path": .string(
                                    "Path is the URL path of the request"),
                                "verb": .string(
                                    "Verb is the standard HTTP verb"),
                            ]),
                        "resourceAttributes": .object(
                            "ResourceAuthorizationAttributes describes information for a "
                                + "resource access request",
                            [
                                "group": .string(
                                    "Group is the API Group of the Resource."),
                                "name": .string(
                                    "Name is the name of the resource being requested for a \"get\" "
                                        + "or deleted for a \"delete\"."),
                                "namespace": .string(
                                    "Namespace is the namespace of the action being requested."),
                                "resource": .string(
                                    "Resource is one of the existing resource types."),
                                "subresource": .string(
                                    "Subresource is one of the existing resource types."),
                                "verb": .string(
                                    "Verb is a kubernetes resource API verb, like: get, list, "
                                        + "watch, create, update, delete, proxy."),
                                "version": .string(
                                    "Version is the API Version of the Resource."),
                            ]),
                    ]),
                "status": .object(
                    "Status is filled in by the server and indicates whether the request is "
                        + "allowed or not", required: ["allowed"],
                    [
                        "allowed": .boolean(
                            "Allowed is required."),
                        "denied": .boolean(
                            "Denied is optional."),
                        "evaluationError": .string(
                            "EvaluationError is an indication that some error occurred during "
                                + "the authorization check."),
                        "reason": .string(
                            "Reason is optional."),
                    ]),
            ])

    /// The fields of a question what one may do.
    static let selfSubjectRulesReview: Schema =
        .object(
            "SelfSubjectRulesReview enumerates the set of actions the current user can "
                + "perform within a namespace.", required: ["spec"],
            [
                "spec": .object(
                    "Spec holds information about the request being evaluated.",
                    [
                        "namespace": .string(
                            "Namespace to evaluate rules for.")
                    ]),
                "status": .object(
                    "Status is filled in by the server and indicates the set of actions a "
                        + "user can perform.",
                    required: ["resourceRules", "nonResourceRules", "incomplete"],
                    [
                        "evaluationError": .string(
                            "EvaluationError can appear in combination with Rules."),
                        "incomplete": .boolean(
                            "Incomplete is true when the rules returned by this call are incomplete."
                        ),
                        "nonResourceRules": .array(
                            "NonResourceRules is the list of actions the subject is allowed to "
                                + "perform on non-resources.",
                            of: .object(
                                "NonResourceRule holds information that describes a rule for "
                                    + "the non-resource", required: ["verbs"],
                                [
                                    "nonResourceURLs": .array(
                                        "NonResourceURLs is a set of partial urls that a user "
                                            + "should have access to.",
                                        of: .string(
                                            "")),
                                    "verbs": .array(
                                        "Verb is a list of kubernetes non-resource API verbs, like: "
                                            + "get, post, put, delete, patch, head, options.",
                                        of: .string(
                                            "")),
                                ])),
                        "resourceRules": .array(
                            "ResourceRules is the list of actions the subject is allowed to "
                                + "perform on resources.",
                            of: .object(
                                "ResourceRule is the list of actions the subject is allowed to "
                                    + "perform on resources.", required: ["verbs"],
                                [
                                    "apiGroups": .array(
                                        "APIGroups is the name of the APIGroup that contains the resources.",
                                        of: .string(
                                            "")),
                                    "resourceNames": .array(
                                        "ResourceNames is an optional white list of names that the "
                                            + "rule applies to.",
                                        of: .string(
                                            "")),
                                    "resources": .array(
                                        "Resources is a list of resources this rule applies to.",
                                        of: .string(
                                            "")),
                                    "verbs": .array(
                                        "Verb is a list of kubernetes resource API verbs, like: "
                                            + "get, list, watch, create, update, delete, proxy.",
                                        of: .string(
                                            "")),
                                ])),
                    ]),
            ])
}
