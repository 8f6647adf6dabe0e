import Expressions
import Values

extension DefinitionCheck {
    /// Compiles the one expression that a text is, bare or in `${{ }}` or `{{ }}`.
    ///
    /// - Parameter noun: What the expression is, with its article, for messages.
    mutating func expression(
        _ text: String, _ noun: String, at place: JSONPath, from site: ExpressionSite
    ) -> Expression? {
        guard let sole = TemplateText.soleExpression(of: text) else {
            reportMixed(noun, at: place)
            return nil
        }
        do throws(ExpressionError) {
            let expression = try Expression(parsing: sole.source, dialect: sole.dialect)
            for var reference in expression.references {
                reference.offset += sole.offset
                check(reference, at: place, from: site)
            }
            return expression
        } catch {
            // `{{ a }} == 1` and `{% if a %}` are no expressions, whatever they are read as.
            if sole.dialect == .workflow, TextTemplate.isNeeded(for: sole.source) {
                reportMixed(noun, at: place)
                return nil
            }
            report(
                .expressionSyntax, error.message, at: place, offset: sole.offset + error.offset,
                help: error.suggestion)
            return nil
        }
    }

    private mutating func reportMixed(_ noun: String, at place: JSONPath) {
        report(
            .notOneExpression, "\(noun) must be one expression and nothing else", at: place,
            help: "write ${{ a && b }} or a && b, not ${{ a }} && ${{ b }}")
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
        if let type { checkContext(of: members, for: type, at: place.key("shell")) }
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

    /// Checks that what the texts of some inputs are part of does not depend on values.
    mutating func checkContext(of inputs: JSONObject, for type: String, at place: JSONPath) {
        guard TaskType.leavesContextOpen(type: type, in: inputs) else { return }
        report(
            .wrongType,
            "shell must be true or false, and no expression: it says how values are written into"
                + " the command",
            at: place, help: "make two tasks with a condition each, one for a script")
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
