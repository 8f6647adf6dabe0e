import Expressions
import Values

extension DefinitionCheck {
    /// Compiles the one expression that a text is, with or without `${{ }}` around it.
    ///
    /// - Parameter noun: What the expression is, with its article, for messages.
    mutating func expression(
        _ text: String, _ noun: String, at place: JSONPath, from site: ExpressionSite
    ) -> (expression: Expression, start: Int)? {
        guard let (source, start) = TemplateText.soleExpression(of: text) else {
            report(
                .notOneExpression, "\(noun) must be one expression and nothing else", at: place,
                help: "write ${{ a && b }} or a && b, not ${{ a }} && ${{ b }}")
            return nil
        }
        do throws(ExpressionError) {
            let expression = try Expression(parsing: source)
            for reference in expression.references {
                check(reference.path, at: place, offset: start + reference.offset, from: site)
            }
            return (expression, start)
        } catch {
            report(
                .expressionSyntax, error.message, at: place, offset: start + error.offset,
                help: error.suggestion)
            return nil
        }
    }

    /// Compiles an expression that must give a boolean.
    mutating func condition(
        _ text: String, _ noun: String = "a condition", at place: JSONPath,
        from site: ExpressionSite, mayBeConstant: Bool = false
    ) -> Expression? {
        guard let (expression, start) = expression(text, noun, at: place, from: site) else {
            return nil
        }
        if expression.references.isEmpty, !mayBeConstant {
            report(
                .constantCondition, "the condition refers to nothing, so it never changes",
                at: place)
        }
        checkBoolean(expression, at: place, offset: start, from: site)
        return expression
    }

    /// A condition that is only a reference must refer to a boolean.
    private mutating func checkBoolean(
        _ expression: Expression, at place: JSONPath, offset: Int, from site: ExpressionSite
    ) {
        guard expression.references.count == 1,
            let reference = expression.references.first,
            TemplateText.isBare(expression.source, reference.path),
            let kind = kind(of: reference.path, from: site), kind != .boolean, kind != .any
        else { return }
        report(
            .referenceTypeMismatch,
            "the condition is \(kind.phrase), and must be a boolean", at: place,
            offset: offset + reference.offset, help: "compare it with something")
    }

    /// Compiles a value, checking every reference in it; each string that is wrong is told.
    mutating func template(
        _ value: JSON, at place: JSONPath, from site: ExpressionSite
    ) -> ValueTemplate? {
        do throws(ValueTemplateError) {
            let template = try ValueTemplate(parsing: value)
            for (path, reference) in template.references {
                check(
                    reference.path, at: JSONPath(place.components + path.components),
                    offset: reference.offset, from: site)
            }
            return template
        } catch {
            tellErrors(in: value, at: place, from: site)
            return nil
        }
    }

    /// Goes through the strings of a value one by one, as a template tells only its first error.
    private mutating func tellErrors(
        in value: JSON, at place: JSONPath, from site: ExpressionSite
    ) {
        var pending = [(value, place)]
        while let (value, place) = pending.popLast() {
            switch value {
            case .string:
                do throws(ValueTemplateError) {
                    let template = try ValueTemplate(parsing: value)
                    for (_, reference) in template.references {
                        check(reference.path, at: place, offset: reference.offset, from: site)
                    }
                } catch {
                    report(
                        .expressionSyntax, error.error.message, at: place, offset: error.offset,
                        help: error.error.suggestion)
                }
            case .array(let elements):
                for (index, element) in elements.enumerated() {
                    pending.append((element, place.index(index)))
                }
            case .object(let members):
                for (name, member) in members { pending.append((member, place.key(name))) }
            default: break
            }
        }
    }
}
