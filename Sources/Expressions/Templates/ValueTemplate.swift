public import Values

/// A JSON tree whose strings may hold expressions as `${{ expression }}`, or be templates.
///
/// A string with `${{` holds expressions and nothing else: `{{` and `{%` in it are literal text, and
/// `$${{` stands for a literal `${{`. Any other string with `{{` or `{%` is a ``TextTemplate``. Either
/// way, a string that is one expression and nothing else takes its value with its type; in a longer
/// string the values are put into the text, strings as they are and others as canonical JSON. Names of
/// members are taken as they are.
///
/// Strings without expressions cost nothing to evaluate: only the places that have some are rewritten.
public struct ValueTemplate: Sendable {
    /// The references of all expressions with the string each is in, in the order of the tree.
    ///
    /// An offset counts from the start of its string.
    public let references: [(path: JSONPath, reference: Reference)]

    private let base: JSON
    private let places: [Place]

    private struct Place: Sendable {
        let path: JSONPath
        let content: Content
    }

    private enum Content: Sendable {
        case string(TemplateString)
        case text(TextTemplate)
    }

    /// Reads a template.
    ///
    /// - Parameter context: What the string at a path is part of, which says how a ``TextTemplate``
    ///   there writes its values.
    /// - Throws: ``ValueTemplateError`` for the first string whose expression cannot be read.
    public init(
        parsing json: JSON, context: (JSONPath) -> TemplateContext = { _ in .text }
    ) throws(ValueTemplateError) {
        var base = json
        var places: [Place] = []
        var references: [(path: JSONPath, reference: Reference)] = []
        for (path, text, isTemplate) in try ValueTemplate.strings(of: json) {
            guard places.count < Limits.templateExpressions else {
                throw ValueTemplate.error(
                    "the template has over \(Limits.templateExpressions) expressions", path)
            }
            guard !isTemplate else {
                let template = try ValueTemplate.textTemplate(text, context(path), path)
                for reference in template.references { references.append((path, reference)) }
                places.append(Place(path: path, content: .text(template)))
                continue
            }
            let string: TemplateString
            do {
                string = try TemplateString(parsing: text)
            } catch {
                throw ValueTemplateError(path: path, offset: error.offset, error: error.error)
            }
            if string.parts.count == 1, case .text(let literal) = string.parts[0] {
                // Only an escape was in it.
                base[path] = .string(literal)
                continue
            }
            for case .expression(let expression, let offset) in string.parts {
                for var reference in expression.references {
                    reference.offset += offset
                    references.append((path, reference))
                }
            }
            places.append(Place(path: path, content: .string(string)))
        }
        self.base = base
        self.places = places
        self.references = references
    }

    /// The types and problems of each string with expressions, in the order of the tree.
    public func types(
        in environment: TypeEnvironment
    ) -> [(path: JSONPath, check: (type: ExpressionType, problems: [TypeProblem]))] {
        places.map { place in
            switch place.content {
            case .text(let template): return (place.path, template.check(against: environment))
            case .string(let string):
                var problems: [TypeProblem] = []
                var type = ExpressionType.string
                for case .expression(let expression, let offset) in string.parts {
                    let result = expression.check(against: environment)
                    if string.parts.count == 1 { type = result.type }
                    for var problem in result.problems {
                        problem.offset += offset
                        problems.append(problem)
                    }
                }
                return (place.path, (type, problems))
            }
        }
    }

    private static func textTemplate(
        _ text: String, _ context: TemplateContext, _ path: JSONPath
    ) throws(ValueTemplateError) -> TextTemplate {
        do {
            return try TextTemplate(parsing: text, for: context)
        } catch {
            throw ValueTemplateError(path: path, offset: error.offset, error: error)
        }
    }

    /// Whether no expression is in it.
    public var isConstant: Bool { places.isEmpty }

    /// The tree, where no expression is in it.
    public var constant: JSON? {
        // Not `isConstant ? … : nil`: that nil would be the JSON value `null`.
        guard isConstant else { return nil }
        return base
    }

    /// Computes the tree for some bindings.
    ///
    /// - Throws: ``EvaluationError``; its offset counts from the start of the string it is in.
    public func evaluate(_ bindings: Bindings) throws(EvaluationError) -> JSON {
        var result = base
        var size = 0
        for place in places {
            let value: JSON
            switch place.content {
            case .string(let string): value = try ValueTemplate.evaluate(string, bindings, &size)
            case .text(let template): value = try ValueTemplate.evaluate(template, bindings, &size)
            }
            if place.path.components.isEmpty { return value }
            result[place.path] = value
        }
        return result
    }

    private static func evaluate(
        _ string: TemplateString, _ bindings: Bindings, _ size: inout Int
    ) throws(EvaluationError) -> JSON {
        if let (expression, offset) = string.soleExpression {
            return try evaluate(expression, bindings, at: offset)
        }
        var text = ""
        for part in string.parts {
            switch part {
            case .text(let literal): text += literal
            case .expression(let expression, let offset):
                let value = try evaluate(expression, bindings, at: offset)
                text += value.stringValue ?? value.text
            }
            guard size + text.utf8.count <= Limits.outputBytes else {
                throw EvaluationError(
                    .tooLarge, "the texts are over \(Limits.outputBytes) bytes", at: 0)
            }
        }
        size += text.utf8.count
        return .string(text)
    }

    private static func evaluate(
        _ template: TextTemplate, _ bindings: Bindings, _ size: inout Int
    ) throws(EvaluationError) -> JSON {
        let value = try template.value(bindings)
        guard template.program.soleExpression == nil, case .string(let text) = value else {
            return value
        }
        size += text.utf8.count
        guard size <= Limits.outputBytes else {
            throw EvaluationError(
                .tooLarge, "the texts are over \(Limits.outputBytes) bytes", at: 0)
        }
        return value
    }

    private static func evaluate(
        _ expression: Expression, _ bindings: Bindings, at offset: Int
    ) throws(EvaluationError) -> JSON {
        do {
            return try expression.evaluate(bindings)
        } catch {
            throw EvaluationError(error.code, error.message, at: error.offset + offset)
        }
    }

    private static func error(_ message: String, _ path: JSONPath) -> ValueTemplateError {
        ValueTemplateError(path: path, offset: 0, error: ExpressionError(message, at: 0))
    }

    /// The strings that hold `${{`, and those that are templates, in the order of the tree.
    private static func strings(
        of json: JSON
    ) throws(ValueTemplateError) -> [(path: JSONPath, text: String, isTemplate: Bool)] {
        var found: [(path: JSONPath, text: String, isTemplate: Bool)] = []
        var pending: [(JSONPath, JSON)] = [(.root, json)]
        while let (path, value) = pending.popLast() {
            guard path.components.count <= Limits.templateDepth else {
                throw error("the template is nested over \(Limits.templateDepth) levels", path)
            }
            switch value {
            case .string(let text):
                if TextTemplate.isNeeded(for: text) {
                    found.append((path, text, !TemplateString.isNeeded(for: text)))
                }
            case .array(let elements):
                for (index, element) in elements.enumerated().reversed() {
                    pending.append((path.index(index), element))
                }
            case .object(let members):
                for member in members.reversed() {
                    pending.append((path.key(member.key), member.value))
                }
            default: break
            }
        }
        return found
    }
}
