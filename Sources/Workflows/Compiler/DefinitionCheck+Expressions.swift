import Expressions
import Values

extension DefinitionCheck {
    /// Compiles the one expression that a text is, with or without `${{ }}` around it.
    ///
    /// - Parameter noun: What the expression is, with its article, for messages.
    mutating func expression(
        _ text: String, _ noun: String, at place: JSONPath, from site: ExpressionSite
    ) -> Expression? {
        guard let (source, start) = TemplateText.soleExpression(of: text) else {
            report(
                .notOneExpression, "\(noun) must be one expression and nothing else", at: place,
                help: "write ${{ a && b }} or a && b, not ${{ a }} && ${{ b }}")
            return nil
        }
        do throws(ExpressionError) {
            let expression = try Expression(parsing: source)
            for var reference in expression.references {
                reference.offset += start
                check(reference, at: place, from: site)
            }
            return expression
        } catch {
            report(
                .expressionSyntax, error.message, at: place, offset: start + error.offset,
                help: error.suggestion)
            return nil
        }
    }

    /// Compiles an expression that must give a boolean, which is checked once types are known.
    mutating func condition(
        _ text: String, _ noun: String = "a condition", at place: JSONPath,
        from site: ExpressionSite, mayBeConstant: Bool = false
    ) -> Expression? {
        guard let expression = expression(text, noun, at: place, from: site) else {
            return nil
        }
        if expression.references.isEmpty, !mayBeConstant {
            report(
                .constantCondition, "the condition refers to nothing, so it never changes",
                at: place)
        }
        return expression
    }

    /// Compiles a value, checking every reference in it; each string that is wrong is told.
    ///
    /// - Parameter type: The type of task whose inputs the value is, which says what its texts are
    ///   part of.
    mutating func template(
        _ value: JSON, at place: JSONPath, from site: ExpressionSite, of type: String? = nil
    ) -> ValueTemplate? {
        let members = value.objectValue ?? [:]
        func context(_ path: JSONPath) -> TemplateContext {
            type.map { TaskType.templateContext(of: path, type: $0, in: members) } ?? .text
        }
        do throws(ValueTemplateError) {
            let template = try ValueTemplate(parsing: value, context: context)
            for (path, reference) in template.references {
                check(
                    reference, at: JSONPath(place.components + path.components), from: site)
            }
            return template
        } catch {
            tellErrors(in: value, at: place, from: site, context)
            return nil
        }
    }

    /// Goes through the strings of a value one by one, as a template tells only its first error.
    private mutating func tellErrors(
        in value: JSON, at place: JSONPath, from site: ExpressionSite,
        _ context: (JSONPath) -> TemplateContext
    ) {
        var pending = [(value, JSONPath.root)]
        while let (value, path) = pending.popLast() {
            switch value {
            case .string:
                let place = JSONPath(place.components + path.components)
                do throws(ValueTemplateError) {
                    let template = try ValueTemplate(parsing: value) { _ in context(path) }
                    for (_, reference) in template.references {
                        check(reference, at: place, from: site)
                    }
                } catch {
                    report(
                        .expressionSyntax, error.error.message, at: place, offset: error.offset,
                        help: error.error.suggestion)
                }
            case .array(let elements):
                for (index, element) in elements.enumerated() {
                    pending.append((element, path.index(index)))
                }
            case .object(let members):
                for (name, member) in members { pending.append((member, path.key(name))) }
            default: break
            }
        }
    }
}
