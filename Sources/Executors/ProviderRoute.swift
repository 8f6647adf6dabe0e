/// Where the requests of an attempt go that names a provider.
public struct ProviderRoute: Sendable, Hashable {
    /// The provider's name.
    public var name: String
    /// The URL that paths are added to; nil where the provider has none.
    public var endpoint: String?
    /// The URL of the provider that the task names, where this one stands in for it.
    public var replacedEndpoint: String?

    /// Makes a route.
    public init(name: String, endpoint: String?, replacedEndpoint: String? = nil) {
        self.name = name
        self.endpoint = endpoint
        self.replacedEndpoint = replacedEndpoint
    }

    /// The URL that a task's `url` means: a path is added to the endpoint, and the endpoint of the
    /// provider that is replaced is replaced.
    public func url(_ text: String) -> String {
        guard let endpoint else { return text }
        let base = ProviderRoute.withoutSlash(endpoint)
        if text.hasPrefix("/") { return base + text }
        guard let replaced = replacedEndpoint.map(ProviderRoute.withoutSlash),
            text.hasPrefix(replaced)
        else { return text }
        let rest = text.dropFirst(replaced.count)
        // `http://a` must not stand for `http://ab`.
        guard rest.isEmpty || rest.first == "/" || rest.first == "?" else { return text }
        return base + rest
    }

    private static func withoutSlash(_ url: String) -> String {
        url.hasSuffix("/") ? String(url.dropLast()) : url
    }
}
