/// The manifests that a page shows.
struct MarkdownBlocks {
    private(set) var manifests: [String] = []

    /// Takes whole manifests, in blocks of YAML and in here-documents of shell blocks.
    init(_ page: String) {
        var fence: Substring?
        var lines: [Substring]?
        for line in page.split(separator: "\n", omittingEmptySubsequences: false) {
            let text = line.drop { $0 == " " }
            if text.hasPrefix("```") {
                finish(&lines)
                fence = fence == nil ? text.dropFirst(3) : nil
                if fence == "yaml" { lines = [] }
            } else if fence == "sh", text.hasSuffix("<<YAML") {
                lines = []
            } else if fence == "sh", text == "YAML" {
                finish(&lines)
            } else {
                lines?.append(line)
            }
        }
    }

    private mutating func finish(_ lines: inout [Substring]?) {
        if let found = lines, found.first?.hasPrefix("apiVersion: orchestrator.llm/") == true {
            manifests.append(found.joined(separator: "\n"))
        }
        lines = nil
    }
}
