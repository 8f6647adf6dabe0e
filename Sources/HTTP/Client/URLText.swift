/// What the client reads from URLs itself; the rest is libcurl's.
enum URLText {
    /// The URL without credentials, query and fragment, fit for errors and logs.
    static func redacted(_ url: String) -> String {
        let end = url.firstIndex { $0 == "?" || $0 == "#" } ?? url.endIndex
        let kept = url[..<end]
        guard let scheme = schemeEnd(kept) else { return String(kept) }
        let authorityEnd = kept[scheme...].firstIndex(of: "/") ?? kept.endIndex
        guard let at = kept[scheme..<authorityEnd].lastIndex(of: "@") else { return String(kept) }
        return String(kept[..<scheme] + kept[kept.index(after: at)...])
    }

    /// Whether a URL is absolute, `http` or `https`, and free of blanks and control characters.
    static func isSendable(_ url: String) -> Bool {
        let scheme = url.prefix { $0 != ":" }.lowercased()
        return (scheme == "http" || scheme == "https") && schemeEnd(url[...]) != nil
            && url.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F }
    }

    /// Whether a URL is spoken over TLS.
    static func isSecure(_ url: String) -> Bool {
        url.prefix { $0 != ":" }.lowercased() == "https"
    }

    private static func schemeEnd(_ url: Substring) -> Substring.Index? {
        guard let colon = url.firstIndex(of: ":") else { return nil }
        let rest = url[colon...]
        return rest.hasPrefix("://") ? rest.index(colon, offsetBy: 3) : nil
    }
}
