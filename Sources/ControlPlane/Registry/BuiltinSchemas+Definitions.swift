internal import Schemas
internal import Values

// Source: the OpenAPI document of Kubernetes; descriptions are its first sentences.
extension BuiltinSchemas {
    /// The fields of a custom resource definition.
    static let customResourceDefinition: Schema =
        .object(
            "CustomResourceDefinition represents a resource that should be exposed on "
                + "the API server.", required: ["spec"],
            [
                "spec": .object(
                    "spec describes how the user wants the resources to appear",
                    required: ["group", "names", "scope", "versions"],
                    [
                        "conversion": .object(
                            "conversion defines conversion settings for the CRD.",
                            required: ["strategy"],
                            [
                                "strategy": .string(
                                    "strategy specifies how custom resources are converted between "
                                        + "versions."),
                                "webhook": .object(
                                    "webhook describes how to call the conversion webhook.",
                                    required: ["conversionReviewVersions"],
                                    [
                                        "clientConfig": .object(
                                            "clientConfig is the instructions for how to call the "
                                                + "webhook if strategy is `Webhook`.",
                                            [
                                                "caBundle": .string(
                                                    "caBundle is a PEM encoded CA bundle which will be used "
                                                        + "to validate the webhook's server certificate.",
                                                    format: "byte"),
                                                "service": .object(
                                                    "service is a reference to the service for this webhook.",
                                                    required: ["namespace", "name"],
                                                    [
                                                        "name": .string(
                                                            "name is the name of the service."),
                                                        "namespace": .string(
                                                            "namespace is the namespace of the service."
                                                        ),
                                                        "path": .string(
                                                            "path is an optional URL path at which the webhook "
                                                                + "will be contacted."),
                                                        "port": .integer(
                                                            "port is an optional service port at which the "
                                                                + "webhook will be contacted."),
                                                    ]),
                                                "url": .string(
                                                    "url gives the location of the webhook, in standard URL "
                                                        + "form (`scheme://host:port/path`)."),
                                            ]),
                                        "conversionReviewVersions": .array(
                                            "conversionReviewVersions is an ordered list of preferred "
                                                + "`ConversionReview` versions the Webhook expects.",
                                            of: .string(
                                                "")),
                                    ]),
                            ]),
                        "group": .string(
                            "group is the API group of the defined custom resource."),
                        "names": .object(
                            "names specify the resource and kind names for the custom resource.",
                            required: ["plural", "kind"],
                            [
                                "categories": .array(
                                    "categories is a list of grouped resources this custom resource "
                                        + "belongs to (e.g.",
                                    of: .string(
                                        "")),
                                "kind": .string(
                                    "kind is the serialized kind of the resource."),
                                "listKind": .string(
                                    "listKind is the serialized kind of the list for this resource."
                                ),
                                "plural": .string(
                                    "plural is the plural name of the resource to serve."),
                                "shortNames": .array(
                                    "shortNames are short names for the resource, exposed in API "
                                        + "discovery documents, and used by clients to support "
                                        + "invocations like `kubectl get <shortname>`.",
                                    of: .string(
                                        "")),
                                "singular": .string(
                                    "singular is the singular name of the resource."),
                            ]),
                        "preserveUnknownFields": .boolean(
                            "preserveUnknownFields indicates that object fields which are not "
                                + "specified in the OpenAPI schema should be preserved when "
                                + "persisting to storage."),
                        "scope": .string(
                            "scope indicates whether the defined custom resource is cluster- or "
                                + "namespace-scoped."),
                        "versions": .array(
                            "versions is the list of all API versions of the defined custom resource.",
                            of: .object(
                                "CustomResourceDefinitionVersion describes a version for CRD.",
                                required: ["name", "served", "storage"],
                                [
                                    "additionalPrinterColumns": .array(
                                        "additionalPrinterColumns specifies additional columns "
                                            + "returned in Table output.",
                                        of: .object(
                                            "CustomResourceColumnDefinition specifies a column for "
                                                + "server side printing.",
                                            required: ["name", "type", "jsonPath"],
                                            [
                                                "description": .string(
                                                    "description is a human readable description of "
                                                        + "this column."),
                                                "format": .string(
                                                    "format is an optional OpenAPI type definition for "
                                                        + "this column."),
                                                "jsonPath": .string(
                                                    "jsonPath is a simple JSON path (i.e."),
                                                "name": .string(
                                                    "name is a human readable name for the column."),
                                                "priority": .integer(
                                                    "priority is an integer defining the relative "
                                                        + "importance of this column compared to others."
                                                ),
                                                "type": .string(
                                                    "type is an OpenAPI type definition for this column."
                                                ),
                                            ])),
                                    "deprecated": .boolean(
                                        "deprecated indicates this version of the custom resource "
                                            + "API is deprecated."),
                                    "deprecationWarning": .string(
                                        "deprecationWarning overrides the default warning returned "
                                            + "to API clients."),
                                    "name": .string(
                                        "name is the version name, e.g."),
                                    "schema": .object(
                                        "schema describes the schema used for validation, pruning, "
                                            + "and defaulting of this version of the custom resource.",
                                        [
                                            "openAPIV3Schema": .freeObject(
                                                "openAPIV3Schema is the OpenAPI v3 schema to use for "
                                                    + "validation and pruning.")
                                        ]),
                                    "served": .boolean(
                                        "served is a flag enabling/disabling this version from "
                                            + "being served via REST APIs"),
                                    "storage": .boolean(
                                        "storage indicates this version should be used when "
                                            + "persisting custom resources to storage."),
                                    "subresources": .object(
                                        "subresources specify what subresources this version of the "
                                            + "defined custom resource have.",
                                        [
                                            "scale": .object(
                                                "scale indicates the custom resource should serve a "
                                                    + "`/scale` subresource that returns an `autoscaling/v1` "
                                                    + "Scale object.",
                                                required: [
                                                    "specReplicasPath", "statusReplicasPath",
                                                ],
                                                [
                                                    "labelSelectorPath": .string(
                                                        "labelSelectorPath defines the JSON path inside of "
                                                            + "a custom resource that corresponds to Scale "
                                                            + "`status.selector`."),
                                                    "specReplicasPath": .string(
                                                        "specReplicasPath defines the JSON path inside of a "
                                                            + "custom resource that corresponds to Scale "
                                                            + "`spec.replicas`."),
                                                    "statusReplicasPath": .string(
                                                        "statusReplicasPath defines the JSON path inside of "
                                                            + "a custom resource that corresponds to Scale "
                                                            + "`status.replicas`."),
                                                ]),
                                            "status": .freeObject(
                                                "status indicates the custom resource should serve a "
                                                    + "`/status` subresource."),
                                        ]),
                                ])),
                    ]),
                "status": .object(
                    "status indicates the actual state of the CustomResourceDefinition",
                    [
                        "acceptedNames": .object(
                            "acceptedNames are the names that are actually being used to serve "
                                + "discovery.", required: ["plural", "kind"],
                            [
                                "categories": .array(
                                    "categories is a list of grouped resources this custom resource "
                                        + "belongs to (e.g.",
                                    of: .string(
                                        "")),
                                "kind": .string(
                                    "kind is the serialized kind of the resource."),
                                "listKind": .string(
                                    "listKind is the serialized kind of the list for this resource."
                                ),
                                "plural": .string(
                                    "plural is the plural name of the resource to serve."),
                                "shortNames": .array(
                                    "shortNames are short names for the resource, exposed in API "
                                        + "discovery documents, and used by clients to support "
                                        + "invocations like `kubectl get <shortname>`.",
                                    of: .string(
                                        "")),
                                "singular": .string(
                                    "singular is the singular name of the resource."),
                            ]),
                        "conditions": .array(
                            "conditions indicate state for particular aspects of a "
                                + "CustomResourceDefinition",
                            of: .object(
                                "CustomResourceDefinitionCondition contains details for the "
                                    + "current condition of this pod.",
                                required: ["type", "status"],
                                [
                                    "lastTransitionTime": .timestamp(
                                        "lastTransitionTime last time the condition transitioned "
                                            + "from one status to another."),
                                    "message": .string(
                                        "message is a human-readable message indicating details "
                                            + "about last transition."),
                                    "reason": .string(
                                        "reason is a unique, one-word, CamelCase reason for the "
                                            + "condition's last transition."),
                                    "status": .string(
                                        "status is the status of the condition."),
                                    "type": .string(
                                        "type is the type of the condition."),
                                ])),
                        "storedVersions": .array(
                            "storedVersions lists all versions of CustomResources that were "
                                + "ever persisted.",
                            of: .string(
                                "")),
                    ]),
            ])
}
