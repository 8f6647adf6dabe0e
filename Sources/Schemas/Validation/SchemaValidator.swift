internal import Patterns
public import Values

extension Schema {
    /// What is said of members that the schema does not know.
    public enum UnknownFields: Sendable, Hashable {
        /// Each is a violation.
        case refused
        /// They are passed over, as an API server prunes them.
        case ignored
    }

    /// All the ways in which a value does not satisfy the schema, in document order.
    ///
    /// - Parameters:
    ///   - value: The value.
    ///   - path: Where the value is, as the start of the paths reported.
    ///   - unknownFields: What is said of members the schema does not know.
    ///   - asResource: Whether the root is a resource, whose `apiVersion`, `kind` and `metadata` are
    ///     known without being described.
    ///   - known: A value that was found to satisfy this schema: what is as it is there is not looked
    ///     at again.
    /// - Returns: At most ``SchemaLimits/maximumViolations``, and one that says there are more.
    public func validate(
        _ value: JSON, at path: JSONPath = .root, unknownFields: UnknownFields = .refused,
        asResource: Bool = false, knowing known: JSON? = nil
    ) -> [SchemaViolation] {
        var validator = SchemaValidator(start: path, unknownFields: unknownFields)
        validator.validate(value, by: self, asResource: asResource, knowing: known)
        return validator.violations
    }
}

/// Walks a value along its schema with a stack; places are linked backwards and only spelt out for
/// a violation.
struct SchemaValidator {
    let start: JSONPath
    let unknownFields: Schema.UnknownFields
    private(set) var violations: [SchemaViolation] = []
    private var trail: [(parent: Int, component: JSONPath.Component)] = []
    private var patterns: [String: Pattern] = [:]

    /// A value that waits to be looked at; place -1 is the start.
    private struct Visit {
        let value: JSON
        let schema: Schema
        let place: Int
        var asResource = false
        /// What was in its place before.
        var known: JSON?
    }

    private var pending: [Visit] = []

    init(start: JSONPath, unknownFields: Schema.UnknownFields) {
        self.start = start
        self.unknownFields = unknownFields
    }

    mutating func validate(
        _ root: JSON, by schema: Schema, asResource: Bool, knowing known: JSON? = nil
    ) {
        pending = [
            Visit(value: root, schema: schema, place: -1, asResource: asResource, known: known)
        ]
        while let visit = pending.popLast() {
            guard violations.count < SchemaLimits.maximumViolations else {
                let message = "there are more violations than the \(violations.count) reported"
                violations.append(SchemaViolation(path: start, code: .more, message: message))
                return
            }
            check(visit)
        }
    }

    private mutating func check(_ visit: Visit) {
        let (value, schema) = (visit.value, visit.schema)
        if value.isNull, schema.isNullable { return }
        if let known = visit.known, known == value { return }
        guard checkType(value, schema, visit.place) else { return }
        if let allowed = schema.allowedValues, !allowed.contains(value) {
            reportNotAllowed(value, allowed, visit.place)
        }
        switch value {
        case .string(let text): checkText(text, schema, visit.place)
        case .integer, .double: checkNumber(value, schema, visit.place)
        case .array(let elements): checkArray(elements, visit)
        case .object(let members): checkObject(members, visit)
        case .null, .bool: break
        }
        checkCombinations(visit)
    }

    // MARK: Kinds

    private mutating func checkType(_ value: JSON, _ schema: Schema, _ place: Int) -> Bool {
        if schema.isIntOrString {
            if value.stringValue != nil || value.integerValue != nil { return true }
            report(place, .wrongType, "must be an integer or a string, not \(found(value))")
            return false
        }
        guard let type = schema.type else { return true }
        let fits =
            switch type {
            case .object: value.objectValue != nil
            case .array: value.arrayValue != nil
            case .string: value.stringValue != nil
            case .integer: value.integerValue != nil
            case .number: value.doubleValue != nil
            case .boolean: value.boolValue != nil
            }
        if !fits {
            let article = [.object, .array, .integer].contains(type) ? "an" : "a"
            report(
                place, .wrongType, "must be \(article) \(type.rawValue), not \(found(value))",
                suggestion: type == .string ? SchemaValidator.quoted(value) : nil)
        }
        return fits
    }

    /// The value in words: `an object`, `the number 1.5`, `null`.
    private func found(_ value: JSON) -> String {
        switch value {
        case .null: "null"
        case .bool(let flag): "the boolean \(flag)"
        case .integer, .double: "the number \(value.text)"
        case .string(let text): "the string \(SchemaValidator.excerpt(text))"
        case .array: "an array"
        case .object: "an object"
        }
    }

    /// YAML reads `yes`, `1.20` or `123` as no string; in quotes it is one.
    private static func quoted(_ value: JSON) -> String? {
        switch value {
        case .bool, .integer, .double: "\"\(value.text)\""
        default: nil
        }
    }

    private static func excerpt(_ text: String) -> String {
        text.count <= 60 ? JSON.string(text).text : JSON.string(String(text.prefix(60)) + "…").text
    }

    private mutating func reportNotAllowed(_ value: JSON, _ allowed: [JSON], _ place: Int) {
        let names = allowed.prefix(20).map(\.text).joined(separator: ", ")
        let nearest = value.stringValue.flatMap {
            Spelling.nearest(to: $0, among: allowed.compactMap(\.stringValue))
        }
        report(
            place, .notAllowed, "\(found(value)) is not one of \(names)", suggestion: nearest)
    }

    // MARK: Scalars

    private mutating func checkText(_ text: String, _ schema: Schema, _ place: Int) {
        if schema.minimumLength != nil || schema.maximumLength != nil {
            let length = text.unicodeScalars.count
            if let least = schema.minimumLength, length < least {
                let message = least == 1 ? "must not be empty" : "must have \(least) characters"
                report(place, .tooShort, length == 0 ? message : "\(message), not \(length)")
            }
            if let most = schema.maximumLength, length > most {
                report(place, .tooLong, "may have \(most) characters, not \(length)")
            }
        }
        if let source = schema.pattern, let pattern = compiled(source), !pattern.matches(text) {
            report(
                place, .malformed,
                "\(SchemaValidator.excerpt(text)) does not match the pattern \(source)")
        }
        if let format = schema.format,
            let objection = SchemaFormat.objection(to: text, format)
        {
            report(place, .malformed, "\(SchemaValidator.excerpt(text)) \(objection)")
        }
    }

    private mutating func compiled(_ source: String) -> Pattern? {
        if let pattern = patterns[source] { return pattern }
        let pattern = try? Pattern(source)
        patterns[source] = pattern
        return pattern
    }

    private mutating func checkNumber(_ value: JSON, _ schema: Schema, _ place: Int) {
        guard let number = value.doubleValue else { return }
        if let least = schema.minimum {
            let isBelow = schema.isMinimumExclusive ? number <= least : number < least
            let bound = schema.isMinimumExclusive ? "greater than" : "at least"
            if isBelow { report(place, .outOfRange, outside(bound, least, value)) }
        }
        if let most = schema.maximum {
            let isAbove = schema.isMaximumExclusive ? number >= most : number > most
            let bound = schema.isMaximumExclusive ? "less than" : "at most"
            if isAbove { report(place, .outOfRange, outside(bound, most, value)) }
        }
        if let step = schema.multipleOf, step > 0,
            number.truncatingRemainder(dividingBy: step) != 0
        {
            report(place, .outOfRange, outside("a multiple of", step, value))
        }
        if schema.format == "int32", Int32(exactly: number) == nil {
            report(place, .outOfRange, "must fit 32 bits, which \(value.text) does not")
        }
    }

    private func outside(_ bound: String, _ limit: Double, _ value: JSON) -> String {
        let number = Int64(exactly: limit).map(JSON.integer) ?? .double(limit)
        return "must be \(bound) \(number.text), not \(value.text)"
    }

    // MARK: Containers

    private mutating func checkArray(_ elements: [JSON], _ visit: Visit) {
        let (schema, place) = (visit.schema, visit.place)
        checkCount(elements.count, "elements", schema.minimumItems, schema.maximumItems, place)
        if schema.hasUniqueItems || schema.listType == .set {
            reportRepeated(elements, place) { $0 }
        } else if schema.listType == .map {
            reportRepeated(elements, place) { element in
                guard element.objectValue != nil else { return nil }
                let keys = schema.listMapKeys
                let values = keys.compactMap {
                    element[$0] ?? schema.items?.properties[$0]?.defaultValue
                }
                guard values.count == keys.count else { return nil }
                return keys.count == 1 ? values[0] : .array(values)
            }
        }
        guard let items = schema.items else { return }
        let before = visit.known?.arrayValue ?? []
        for position in elements.indices.reversed() {
            push(
                elements[position], items, place, .index(position),
                knowing: position < before.count ? before[position] : Optional<JSON>.none)
        }
    }

    private mutating func reportRepeated(
        _ elements: [JSON], _ place: Int, _ identity: (JSON) -> JSON?
    ) {
        var seen: [JSON: Int] = [:]
        seen.reserveCapacity(elements.count)
        for (position, element) in elements.enumerated() {
            guard let name = identity(element) else { continue }
            guard let first = seen.updateValue(position, forKey: name) else { continue }
            seen[name] = first
            report(
                step(place, .index(position)), .duplicate,
                "repeats element \(first), which is \(name.text) as well")
        }
    }

    private mutating func checkObject(_ members: JSONObject, _ visit: Visit) {
        let (schema, place) = (visit.schema, visit.place)
        checkCount(
            members.count, "members", schema.minimumProperties, schema.maximumProperties, place)
        for name in schema.required where !members.contains(name) {
            let message = "missing required field \(JSON.string(name).text)"
            report(step(place, .key(name)), .missing, message)
        }
        for (name, value) in members.reversed() {
            switch schema.member(name, asResource: visit.asResource) {
            case .known(let child):
                push(value, child, place, .key(name), knowing: visit.known?[name])
            case .preserved: break
            case .unknown: if unknownFields == .refused { reportUnknown(name, members, visit) }
            case .forbidden: reportUnknown(name, members, visit)
            }
        }
    }

    private mutating func reportUnknown(_ name: String, _ members: JSONObject, _ visit: Visit) {
        guard violations.count < SchemaLimits.maximumViolations else { return }
        // A name that is there already cannot be the one that was meant.
        let candidates = visit.schema.properties.keys.filter { !members.contains($0) }
        let nearest = Spelling.nearest(to: name, among: candidates)
        let place = step(visit.place, .key(name))
        var violation = SchemaViolation(
            path: path(place), code: .unknownField,
            message: "unknown field \(JSON.string(name).text)", suggestion: nearest)
        if nearest == nil {
            violation.present = Spelling.nearest(
                to: name, among: visit.schema.properties.keys.filter(members.contains))
            violation.alternatives = candidates.sorted()
        }
        violations.append(violation)
    }

    private mutating func checkCount(
        _ count: Int, _ noun: String, _ least: Int?, _ most: Int?, _ place: Int
    ) {
        if let least, count < least {
            let nouns = least == 1 ? String(noun.dropLast()) : noun
            report(place, .tooShort, "must have at least \(least) \(nouns), not \(count)")
        }
        if let most, count > most {
            report(place, .tooLong, "may have at most \(most) \(noun), not \(count)")
        }
    }

    // MARK: Combinations

    /// Each branch is tried on its own; the depth of this is that of the schema, which is bounded.
    private mutating func checkCombinations(_ visit: Visit) {
        let schema = visit.schema
        for branch in schema.allOf {
            violations += violationsOf(branch, visit)
        }
        // `anyOf: [integer, string]` is how int-or-string fields are customarily spelt out.
        if !schema.anyOf.isEmpty, !schema.anyOf.contains(where: { violationsOf($0, visit).isEmpty })
        {
            let types = schema.anyOf.compactMap { $0.type?.rawValue }
            if types.count == schema.anyOf.count {
                let list = types.joined(separator: " or ")
                report(visit.place, .wrongType, "must be \(list), not \(found(visit.value))")
            } else {
                report(visit.place, .combination, "satisfies none of the alternatives in anyOf")
            }
        }
        if !schema.oneOf.isEmpty {
            let count = schema.oneOf.count { violationsOf($0, visit).isEmpty }
            if count != 1 {
                report(
                    visit.place, .combination,
                    "must satisfy exactly one of the alternatives in oneOf, not \(count)")
            }
        }
        if let not = schema.not, violationsOf(not, visit).isEmpty {
            report(visit.place, .combination, "satisfies what is excluded by not")
        }
    }

    private func violationsOf(_ branch: Schema, _ visit: Visit) -> [SchemaViolation] {
        // Branches describe no fields of their own, so none is unknown to them.
        var validator = SchemaValidator(start: path(visit.place), unknownFields: .ignored)
        validator.validate(visit.value, by: branch, asResource: false)
        return validator.violations
    }

    // MARK: Places

    private mutating func push(
        _ value: JSON, _ schema: Schema, _ place: Int, _ component: JSONPath.Component,
        knowing known: JSON?
    ) {
        // Most of a large object is as it was.
        if let known, known == value { return }
        pending.append(
            Visit(value: value, schema: schema, place: step(place, component), known: known))
    }

    private mutating func step(_ parent: Int, _ component: JSONPath.Component) -> Int {
        trail.append((parent, component))
        return trail.count - 1
    }

    private func path(_ place: Int) -> JSONPath {
        var components: [JSONPath.Component] = []
        var current = place
        while current >= 0 {
            components.append(trail[current].component)
            current = trail[current].parent
        }
        return JSONPath(start.components + components.reversed())
    }

    private mutating func report(
        _ place: Int, _ code: SchemaViolation.Code, _ message: String, suggestion: String? = nil
    ) {
        // The loop ends at the bound; one object alone must not pass it by much either.
        guard violations.count < SchemaLimits.maximumViolations else { return }
        violations.append(
            SchemaViolation(
                path: path(place), code: code, message: message, suggestion: suggestion))
    }
}
