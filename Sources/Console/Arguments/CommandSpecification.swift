/// What one command takes, from which its parser, its help and its shell completion are made.
public struct CommandSpecification: Sendable {
    /// One `--option`.
    public struct Option: Sendable {
        /// The long name without dashes: `data-dir`.
        public let name: String
        /// The one letter, where there is one.
        public let letter: Character?
        /// What its value is called in the help; nil for a flag.
        public let value: String?
        /// The values it may have, where they are few.
        public let choices: [String]
        /// Whether it may stand more than once.
        public let repeats: Bool
        /// Whether the empty text is a value of it.
        public let mayBeEmpty: Bool
        /// One line of help.
        public let help: String

        /// Makes an option that takes a value.
        ///
        /// - Parameter mayBeEmpty: whether the empty text is a value of it. An empty path or name
        ///   means nothing: it is what a variable of a script gives that is not set.
        public static func value(
            _ name: String, _ letter: Character? = nil, _ value: String, choices: [String] = [],
            repeats: Bool = false, mayBeEmpty: Bool = false, _ help: String
        ) -> Option {
            Option(
                name: name, letter: letter, value: value, choices: choices, repeats: repeats,
                mayBeEmpty: mayBeEmpty, help: help)
        }

        /// Makes an option that is there or not.
        public static func flag(
            _ name: String, _ letter: Character? = nil, _ help: String
        ) -> Option {
            Option(
                name: name, letter: letter, value: nil, choices: [], repeats: false,
                mayBeEmpty: false, help: help)
        }
    }

    /// One argument without a name.
    public struct Positional: Sendable {
        /// What it is called in the help: `FILE`.
        public let name: String
        /// Whether the command needs it.
        public let isRequired: Bool
        /// Whether it takes all that follow.
        public let repeats: Bool
        /// Whether the empty text is a value of it.
        public let mayBeEmpty: Bool
        /// One line of help.
        public let help: String

        /// Makes an argument.
        public init(
            _ name: String, isRequired: Bool = true, repeats: Bool = false,
            mayBeEmpty: Bool = false, _ help: String
        ) {
            self.name = name
            self.isRequired = isRequired
            self.repeats = repeats
            self.mayBeEmpty = mayBeEmpty
            self.help = help
        }
    }

    /// The name: `run`.
    public let name: String
    /// One sentence on what it does.
    public let summary: String
    /// The arguments, in order.
    public let positionals: [Positional]
    /// The options, in the order of the help.
    public let options: [Option]
    /// Example calls with what each does.
    public let examples: [(call: String, meaning: String)]

    /// Makes a specification.
    public init(
        _ name: String, _ summary: String, positionals: [Positional] = [], options: [Option] = [],
        examples: [(call: String, meaning: String)] = []
    ) {
        self.name = name
        self.summary = summary
        self.positionals = positionals
        self.options = options
        self.examples = examples
    }
}
