/// What is known of language models by name: until when their providers serve them, and what takes
/// their place.
///
/// A bounded table that each release of the product brings up to date; a model that is not in it is
/// taken as it is. Sources: the deprecation pages of Anthropic (platform.claude.com), OpenAI
/// (platform.openai.com) and Google (ai.google.dev), as of November 2026.
enum ModelCatalogue {
    /// The end of a model.
    struct Retirement: Sendable, Hashable {
        /// The day, as its provider told it: `2026-02-19`.
        let date: String
        /// The model that its provider names in its place.
        let successor: String
    }

    /// The end of the model of a name, with or without the provider before it; nil where none is known.
    static func retirement(of name: String) -> Retirement? {
        let model = name.split(separator: "/").last.map { $0.lowercased() } ?? ""
        return retirements[model]
    }

    /// Each day, the successor, and the models that end then.
    private static let ends: [(date: String, successor: String, models: [String])] = [
        ("2024-01-04", "gpt-4.1-mini", ["text-davinci-003", "text-davinci-002", "text-curie-001"]),
        ("2024-09-13", "gpt-4.1-mini", ["gpt-3.5-turbo-0301", "gpt-3.5-turbo-0613"]),
        ("2024-11-06", "claude-haiku-4-5", ["claude-instant-1.1", "claude-instant-1.2"]),
        ("2024-11-06", "claude-sonnet-4-6", ["claude-1.0", "claude-1.2", "claude-1.3"]),
        ("2025-02-15", "gemini-2.5-flash", ["gemini-1.0-pro", "gemini-pro"]),
        ("2025-06-06", "gpt-4.1", ["gpt-4-32k", "gpt-4-32k-0314", "gpt-4-32k-0613"]),
        ("2025-07-14", "gpt-4.1", ["gpt-4.5-preview"]),
        (
            "2025-07-21", "claude-sonnet-4-6",
            ["claude-2.0", "claude-2.1", "claude-3-sonnet-20240229"]
        ),
        ("2025-07-28", "o3", ["o1-preview", "o1-preview-2024-09-12"]),
        ("2025-09-24", "gemini-2.5-pro", ["gemini-1.5-pro", "gemini-1.5-pro-002"]),
        ("2025-09-24", "gemini-2.5-flash", ["gemini-1.5-flash", "gemini-1.5-flash-002"]),
        ("2025-10-27", "o4-mini", ["o1-mini", "o1-mini-2024-09-12"]),
        (
            "2025-10-28", "claude-sonnet-4-6",
            [
                "claude-3-5-sonnet-20240620", "claude-3-5-sonnet-20241022",
                "claude-3-5-sonnet-latest",
            ]
        ),
        ("2026-01-05", "claude-opus-4-8", ["claude-3-opus-20240229", "claude-3-opus-latest"]),
        ("2026-02-17", "gpt-5.5", ["chatgpt-4o-latest"]),
        (
            "2026-02-19", "claude-sonnet-4-6",
            ["claude-3-7-sonnet-20250219", "claude-3-7-sonnet-latest"]
        ),
        (
            "2026-02-19", "claude-haiku-4-5",
            ["claude-3-5-haiku-20241022", "claude-3-5-haiku-latest"]
        ),
        (
            "2026-03-26", "gpt-4.1",
            ["gpt-4-0314", "gpt-4-1106-preview", "gpt-4-0125-preview", "gpt-4-turbo-preview"]
        ),
        ("2026-04-20", "claude-haiku-4-5", ["claude-3-haiku-20240307"]),
        ("2026-06-15", "claude-sonnet-4-6", ["claude-sonnet-4-20250514", "claude-sonnet-4-0"]),
        ("2026-06-15", "claude-opus-4-8", ["claude-opus-4-20250514", "claude-opus-4-0"]),
        ("2026-07-23", "gpt-5.4", ["gpt-5-codex", "gpt-5.2-codex", "gpt-5.1-codex-max"]),
        ("2026-08-10", "gpt-5.5", ["gpt-5.2-chat-latest", "gpt-5.3-chat-latest"]),
        ("2026-10-23", "gpt-4.1-mini", ["gpt-3.5-turbo", "gpt-3.5-turbo-0125"]),
        ("2026-10-23", "gpt-4.1", ["gpt-4", "gpt-4-0613"]),
    ]

    private static let retirements: [String: Retirement] = {
        var table: [String: Retirement] = [:]
        for (date, successor, models) in ends {
            for model in models { table[model] = Retirement(date: date, successor: successor) }
        }
        return table
    }()
}
