import POSIX
import TestSupport
import Testing

/// The pages lead where they say.
@Suite struct LinkTests {
    @Test func `every relative link leads to a file, and to a heading where it names one`() throws {
        var count = 0
        for page in try pages() {
            let text = try Checkout.text(page)
            for link in LinkTests.links(in: text) where !link.contains("://") {
                count += 1
                let parts = link.split(
                    separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
                let target = parts[0].isEmpty ? page : LinkTests.resolve(parts[0], from: page)
                guard FileSystem.exists("\(Checkout.path)/\(target)") else {
                    Issue.record("\(page) links to \(link), which does not exist")
                    continue
                }
                guard parts.count == 2, target.hasSuffix(".md") else { continue }
                let anchors = LinkTests.anchors(in: try Checkout.text(target))
                #expect(anchors.contains(String(parts[1])), "\(page): \(link) names no heading")
            }
        }
        #expect(count >= 10)
    }

    @Test func `links, paths and headings are read as a browser of the repository reads them`() {
        #expect(
            LinkTests.links(in: "a [b](c.md#d) and `[no](link)` [e](#f)") == ["c.md#d", "#f"])
        #expect(LinkTests.resolve("../a/b.md", from: "docs/x/c.md") == "docs/a/b.md")
        #expect(
            LinkTests.anchors(in: "# A `b` c, d-e\n```\n# no\n```\n## F")
                == ["a-b-c-d-e", "f"])
    }

    private func pages() throws -> [String] {
        let top = try FileSystem.list(Checkout.path).filter { $0.hasSuffix(".md") }
        return try top
            + ["docs", "manifests", "Sources", "Tests"].flatMap {
                try Checkout.files(below: $0, suffix: ".md")
            }
    }

    /// The targets of `[text](target)`, but for those inside code.
    private static func links(in text: String) -> [String] {
        var found: [String] = []
        var isBlock = false
        for line in text.split(separator: "\n") {
            if line.hasPrefix("```") { isBlock.toggle() }
            guard !isBlock else { continue }
            let prose = line.split(separator: "`", omittingEmptySubsequences: false).enumerated()
                .map { $0.offset % 2 == 0 ? String($0.element) : "" }.joined()
            var rest = prose[...]
            while let start = rest.firstRange(of: "](") {
                rest = rest[start.upperBound...]
                guard let end = rest.firstIndex(of: ")") else { break }
                found.append(String(rest[..<end]))
            }
        }
        return found
    }

    private static func resolve(_ link: Substring, from page: String) -> String {
        var parts = page.split(separator: "/").dropLast().map { String($0) }
        for part in link.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(String(part)) }
        }
        return parts.joined(separator: "/")
    }

    /// The names that headings have in links: lower case, with hyphens for spaces.
    private static func anchors(in text: String) -> [String] {
        var found: [String] = []
        var isBlock = false
        for line in text.split(separator: "\n") {
            if line.hasPrefix("```") { isBlock.toggle() }
            guard !isBlock, line.hasPrefix("#") else { continue }
            let title = line.drop { $0 == "#" }.dropFirst().lowercased()
            let kept = title.filter { $0.isLetter || $0.isNumber || $0 == " " || $0 == "-" }
            found.append(String(kept.map { $0 == " " ? "-" : $0 }))
        }
        return found
    }
}
