import Values

extension StepsForm {
    /// `transform`: a function of values, or values by name; its main output is `value`.
    mutating func readTransform(_ fields: inout SourceFields, _ step: inout StepReading) {
        let place = step.task.path.key("inputs").key("value")
        translation.map.note(step.task.path.key("inputs"), madeOf: fields.path)
        if let function = fields.take("function") {
            let arguments = fields.take("inputs", "input", "args")
            let separator = fields.take("separator", "delimiter")
            translation.refuseRest(of: &fields, in: "a transform with a function")
            guard let value = call(function, arguments, separator) else { return }
            translation.map.note(place, value, from: arguments?.path ?? function.path)
            step.task.put("inputs", ["value": .string(value.text)])
            return
        }
        if let expression = fields.take("expression") {
            guard let text = expression.value.stringValue else {
                step.task.copy("inputs", expression, &translation)
                return
            }
            let value = condition(MappedText(copying: text, at: expression.path))
            translation.map.note(place, value, from: expression.path)
            step.task.put("inputs", ["value": .string(value.text)])
            translation.refuseRest(of: &fields, in: "a transform with an expression")
            return
        }
        if let list = fields.peek("inputs", "input"), list.objectValue == nil,
            let field = fields.take("inputs", "input")
        {
            step.task.put(
                "inputs", ["value": rewritten(value: field.value, from: field.path, to: place)])
            translation.refuseRest(of: &fields, in: "a transform with inputs")
            return
        }
        readInputs(&fields, &step)
        // Values by name have no main one: a variable stands for all of them.
        let names = step.task["inputs"]?.objectValue?.keys ?? []
        step.mainOutput = names.count == 1 ? names[0] : names.contains("value") ? "value" : nil
    }

    /// The functions, with what each makes of its arguments.
    private enum Function: String, CaseIterable {
        case concat, join, flatten, first, last, length, upper, lower, trim, split, distinct
    }

    private mutating func call(
        _ function: SourceFields.Field, _ arguments: SourceFields.Field?,
        _ separator: SourceFields.Field?
    ) -> MappedText? {
        let names = Function.allCases.map(\.rawValue)
        guard let kind = function.value.stringValue.flatMap(Function.init(rawValue:)) else {
            translation.report(
                .unknownFunction, "there is no function \(function.value.text)", at: function.path,
                help: function.value.stringValue.flatMap {
                    DefinitionCheck.question($0, among: names)
                } ?? "the functions are \(names.joined(separator: ", "))")
            return nil
        }
        guard let arguments else {
            translation.report(
                .missingField, "the function \(kind.rawValue) needs inputs", at: function.path,
                help: "add inputs: a list of values")
            return nil
        }
        let values = values(of: arguments)
        let one = TextPlace(path: function.path, offset: 0)
        let between = literal(separator?.value ?? .string(kind == .split ? "," : " "))
        var result = MappedText()
        switch kind {
        case .concat: result = joined(values, by: " + ", at: one)
        case .flatten: result = list(values, at: one, calling: ".flatten()")
        case .distinct: result = list(values, at: one, calling: ".distinct()")
        case .join:
            result = list(values, at: one, calling: ".map(x, string(x)).join(\(between))")
        case .first: result = list(values, at: one, calling: "[0]")
        case .last: result = list(values, at: one, calling: ".reverse()[0]")
        case .length: result = enclosed(values, "size(", ")", at: one)
        case .upper: result = enclosed(values, "(", ").upperAscii()", at: one)
        case .lower: result = enclosed(values, "(", ").lowerAscii()", at: one)
        case .trim: result = enclosed(values, "(", ").trim()", at: one)
        case .split: result = enclosed(values, "(", ").split(\(between))", at: one)
        }
        return result.wrapped
    }

    /// The arguments as expressions.
    private mutating func values(of field: SourceFields.Field) -> [MappedText] {
        guard let elements = field.value.arrayValue else {
            return [value(field.value, at: field.path)]
        }
        return elements.enumerated().map { value($1, at: field.path.index($0)) }
    }

    /// One argument as an expression: texts are put together of their parts.
    private mutating func value(_ json: JSON, at path: JSONPath) -> MappedText {
        let start = TextPlace(path: path, offset: 0)
        var result = MappedText()
        guard let text = json.stringValue else {
            result.append(json.text, for: start)
            return result
        }
        let source = MappedText(copying: text, at: path)
        let segments = TextSegments(source.bytes)
        if let sole = segments.sole {
            var inner = MappedText()
            inner.append(source, sole.inner)
            return rewritten(expression: inner.trimmed)
        }
        for (index, segment) in segments.segments.enumerated() {
            if index > 0 { result.append(" + ", for: start) }
            var inner = MappedText()
            inner.append(source, segment.inner)
            if segment.kind == .text {
                result.append(literal(.string(inner.text)), for: start)
            } else {
                result.append("string(", for: start)
                result.append(rewritten(expression: inner.trimmed))
                result.append(")", for: start)
            }
        }
        if segments.segments.isEmpty { result.append("\"\"", for: start) }
        return result
    }

    /// A string as an expression writes it: JSON's escapes are among those of the language.
    private func literal(_ json: JSON) -> String { json.text }

    private func joined(
        _ values: [MappedText], by separator: String, at place: TextPlace
    ) -> MappedText {
        var result = MappedText()
        for (index, value) in values.enumerated() {
            if index > 0 { result.append(separator, for: place) }
            // An argument with an operator of its own keeps its order.
            let isCompound = separator != ", " && value.bytes.contains(UInt8(ascii: " "))
            if isCompound { result.append("(", for: place) }
            result.append(value)
            if isCompound { result.append(")", for: place) }
        }
        return result
    }

    /// A list of the arguments with something called on it; a single argument is the list itself.
    private func list(
        _ values: [MappedText], at place: TextPlace, calling call: String
    ) -> MappedText {
        if values.count == 1 { return enclosed(values, "(", ")\(call)", at: place) }
        return enclosed(values, "[", "]\(call)", at: place)
    }

    private func enclosed(
        _ values: [MappedText], _ open: String, _ close: String, at place: TextPlace
    ) -> MappedText {
        var result = MappedText()
        result.append(open, for: place)
        result.append(joined(values, by: ", ", at: place))
        result.append(close, for: place)
        return result
    }
}
