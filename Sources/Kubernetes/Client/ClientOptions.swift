public import Values

/// Which objects to list.
public struct ListOptions: Sendable, Hashable {
    /// Labels that objects must have, as `app=a,tier in (b,c)`.
    public var labelSelector: String?
    /// Fields that objects must have, as `metadata.name=a`.
    public var fieldSelector: String?
    /// The most objects of a page; nil asks for all in one.
    public var limit: Int?
    /// What the page before gave.
    public var continueToken: String?
    /// The version that the list must show; nil asks for the newest.
    public var resourceVersion: String?
    /// How long each page may take.
    public var timeout: Duration

    /// Makes options that list everything.
    public init(
        labelSelector: String? = nil, fieldSelector: String? = nil,
        limit: Int? = KubernetesLimits.listPageSize, continueToken: String? = nil,
        resourceVersion: String? = nil, timeout: Duration = KubernetesLimits.requestTimeout
    ) {
        self.labelSelector = labelSelector
        self.fieldSelector = fieldSelector
        self.limit = limit
        self.continueToken = continueToken
        self.resourceVersion = resourceVersion
        self.timeout = timeout
    }
}

/// Which changes to watch, and for how long.
public struct WatchOptions: Sendable, Hashable {
    /// The version after which changes are wanted.
    public var resourceVersion: String
    /// Labels that objects must have.
    public var labelSelector: String?
    /// Fields that objects must have.
    public var fieldSelector: String?
    /// How long the server keeps the watch.
    public var timeout: Duration
    /// How long the watch may be silent before it is given up; nil means the timeout and a margin.
    public var idleTimeout: Duration?
    /// Whether the server may say how far it got when nothing changed.
    public var allowsBookmarks: Bool

    /// Makes options that watch everything.
    public init(
        resourceVersion: String, labelSelector: String? = nil, fieldSelector: String? = nil,
        timeout: Duration = KubernetesLimits.minimumWatchTimeout, idleTimeout: Duration? = nil,
        allowsBookmarks: Bool = true
    ) {
        self.resourceVersion = resourceVersion
        self.labelSelector = labelSelector
        self.fieldSelector = fieldSelector
        self.timeout = timeout
        self.idleTimeout = idleTimeout
        self.allowsBookmarks = allowsBookmarks
    }
}

/// What holds for one write.
public struct WriteOptions: Sendable, Hashable {
    /// The name under which the server remembers who set which field.
    public var fieldManager: String
    /// Whether the server only says what would happen.
    public var dryRun: Bool
    /// How long the request may take.
    public var timeout: Duration

    /// Makes options for a real write by us.
    public init(
        fieldManager: String = KubernetesClient.fieldManager, dryRun: Bool = false,
        timeout: Duration = KubernetesLimits.requestTimeout
    ) {
        self.fieldManager = fieldManager
        self.dryRun = dryRun
        self.timeout = timeout
    }
}

/// A change to an object, in one of the three ways the server understands.
public enum Patch: Sendable, Hashable {
    /// Members replace members, null removes them (RFC 7386).
    case merge(JSON)
    /// Operations in order, all or none (RFC 6902).
    case json([JSON])
    /// The fields that we want to own, with everything we owned before and is missing removed.
    ///
    /// `force` takes fields over that others own; without it that is a conflict.
    case apply(JSON, force: Bool)

    var contentType: String {
        switch self {
        case .merge: "application/merge-patch+json"
        case .json: "application/json-patch+json"
        // JSON is YAML.
        case .apply: "application/apply-patch+yaml"
        }
    }

    var body: JSON {
        switch self {
        case .merge(let json), .apply(let json, _): json
        case .json(let operations): .array(operations)
        }
    }
}

/// What must hold for a delete, and what happens to the object's children.
public struct DeleteOptions: Sendable, Hashable {
    /// What happens to the children.
    public enum Propagation: String, Sendable, Hashable {
        /// They stay, without an owner.
        case orphan = "Orphan"
        /// They go after the object.
        case background = "Background"
        /// The object goes after them.
        case foreground = "Foreground"
    }

    /// The identity that the object must have (law 22).
    public var uid: String?
    /// The version that the object must have.
    public var resourceVersion: String?
    /// What happens to the children; nil leaves it to the kind.
    public var propagation: Propagation?
    /// The seconds until a Pod is killed; nil leaves it to the Pod.
    public var gracePeriodSeconds: Int64?
    /// How long the request may take.
    public var timeout: Duration

    /// Makes options.
    public init(
        uid: String? = nil, resourceVersion: String? = nil, propagation: Propagation? = nil,
        gracePeriodSeconds: Int64? = nil, timeout: Duration = KubernetesLimits.requestTimeout
    ) {
        self.uid = uid
        self.resourceVersion = resourceVersion
        self.propagation = propagation
        self.gracePeriodSeconds = gracePeriodSeconds
        self.timeout = timeout
    }

    var body: JSON {
        var body: JSON = ["apiVersion": "v1", "kind": "DeleteOptions"]
        var preconditions: JSONObject = [:]
        if let uid { preconditions["uid"] = .string(uid) }
        if let resourceVersion { preconditions["resourceVersion"] = .string(resourceVersion) }
        if !preconditions.isEmpty { body["preconditions"] = .object(preconditions) }
        if let propagation { body["propagationPolicy"] = .string(propagation.rawValue) }
        if let gracePeriodSeconds { body["gracePeriodSeconds"] = .integer(gracePeriodSeconds) }
        return body
    }
}
