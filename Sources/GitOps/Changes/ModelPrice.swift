/// What a model costs: US dollars for a million tokens, as its provider lists them.
///
/// A bounded table of list prices as of late 2025, which nobody has held against the providers' pages
/// since; a model that is not in it has no price here.
struct ModelPrice: Sendable, Hashable {
    /// For what is sent.
    let input: Double
    /// For what comes back.
    let output: Double

    /// The price of a model, with or without its provider before it; nil where none is known.
    static func of(_ name: String) -> ModelPrice? {
        let model = name.split(separator: "/").last.map { $0.lowercased() } ?? ""
        return prices[model]
    }

    private static let prices: [String: ModelPrice] = [
        "claude-opus-4-5": ModelPrice(input: 5, output: 25),
        "claude-sonnet-4-5": ModelPrice(input: 3, output: 15),
        "claude-haiku-4-5": ModelPrice(input: 1, output: 5),
        "gpt-4.1": ModelPrice(input: 2, output: 8),
        "gpt-4.1-mini": ModelPrice(input: 0.4, output: 1.6),
        "gpt-4.1-nano": ModelPrice(input: 0.1, output: 0.4),
        "gpt-4o": ModelPrice(input: 2.5, output: 10),
        "gpt-4o-mini": ModelPrice(input: 0.15, output: 0.6),
        "gemini-2.5-pro": ModelPrice(input: 1.25, output: 10),
        "gemini-2.5-flash": ModelPrice(input: 0.3, output: 2.5),
    ]
}
