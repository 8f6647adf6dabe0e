public import Values

/// A text with `{{ expression }}`, conditions and loops: prompts, bodies, scripts and addresses.
///
/// The expressions are those of ``Expression``, with filters. A value that is a string is put in as
/// it is and any other as canonical JSON, encoded for what the text is part of; `| raw` puts it in
/// without. Reading a text finds every error that does not depend on values, and what names it uses.
/// Rendering is pure and takes bounded turns, steps and bytes.
///
/// Source: the language of Jinja, as far as docs/templates.md says.
public struct TextTemplate: Sendable {
    /// The text it was read from.
    public let source: String
    /// What the rendered text is part of.
    public let context: TemplateContext
    /// The chains of names that start at free variables, in the order of the text; names that the
    /// template sets itself are none.
    public let references: [Reference]

    let program: TemplateProgram

    /// Reads a text.
    ///
    /// - Throws: ``ExpressionError`` with the place in the text and, where one can be guessed, a
    ///   correction.
    public init(
        parsing source: String, for context: TemplateContext = .text
    ) throws(ExpressionError) {
        let bytes = Array(source.utf8)
        guard bytes.count <= Limits.templateBytes else {
            throw ExpressionError(
                "the template has \(bytes.count) bytes, over the \(Limits.templateBytes) allowed",
                at: 0)
        }
        self.source = source
        self.context = context
        (program, references) = try TemplateCompiler.compile(bytes, for: context)
    }

    /// Whether a text holds anything that a template would not put out as it is.
    public static func isNeeded(for text: String) -> Bool {
        var last: UInt8 = 0
        for byte in text.utf8 {
            if last == UInt8(ascii: "{"), byte == UInt8(ascii: "{") || byte == UInt8(ascii: "%") {
                return true
            }
            last = byte
        }
        return false
    }

    /// Puts the values of some bindings into the text.
    ///
    /// - Throws: ``EvaluationError``, whose offset counts in the text.
    public func render(_ bindings: Bindings) throws(EvaluationError) -> String {
        var renderer = TemplateRenderer(program, bindings)
        return try renderer.run()
    }

    /// Computes the value: that of the expression, with its type, where the text is nothing but
    /// `{{ expression }}` and part of nothing else; the rendered text otherwise.
    ///
    /// - Throws: ``EvaluationError``, whose offset counts in the text.
    public func value(_ bindings: Bindings) throws(EvaluationError) -> JSON {
        guard let tree = program.soleExpression else { return .string(try render(bindings)) }
        var evaluator = Evaluator(tree, bindings)
        return try JSONConversion.json(of: evaluator.run(), at: tree.offset(tree.root))
    }
}
