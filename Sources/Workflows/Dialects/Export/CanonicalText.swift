import Expressions
public import Values

extension ManifestResource {
    /// The object as it is exported: the canonical form with one spelling for everything that has
    /// several.
    ///
    /// What is exported reads back as the same object, and is exported as the same again. Lists whose
    /// order means nothing are sorted, durations and conditions are written in one way, and what is
    /// empty is left out.
    public var exported: JSON { CanonicalText.object(json) }
}

/// One spelling for everything in a canonical object that may be written in several ways.
enum CanonicalText {
    static func object(_ json: JSON) -> JSON {
        var object = json
        for base in [["spec"], ["spec", "workflowSpec"]] as [JSONPath] {
            guard let spec = object[base], spec["tasks"] != nil else { continue }
            object[base] = self.spec(spec)
        }
        return object
    }

    private static func spec(_ json: JSON) -> JSON {
        var spec = json
        if let config = spec["config"] { spec["config"] = settings(config) }
        if let inputs = spec["inputs"]?.arrayValue {
            spec["inputs"] = inputs.isEmpty ? nil : .array(sorted(inputs))
        }
        for name in ["outputs", "events"] {
            guard let value = spec[name] else { continue }
            let isEmpty = value.objectValue?.isEmpty == true
            // A plain `nil` here would be the null of JSON.
            spec[name] = isEmpty ? Optional<JSON>.none : expressions(value)
        }
        // Bodies are written from the outermost in: a path set later is inside one set before.
        var pending: [JSONPath] = [["tasks"], ["finally"]]
        while let place = pending.popLast() {
            guard let tasks = spec[place]?.arrayValue else { continue }
            spec[place] = .array(tasks.map(task))
            for (index, task) in tasks.enumerated() {
                let here = place.index(index)
                for name in ["tasks", "default"] where task[name] != nil {
                    pending.append(here.key(name))
                }
                for position in (task["cases"]?.arrayValue ?? []).indices {
                    pending.append(here.key("cases").index(position).key("tasks"))
                }
            }
        }
        return spec
    }

    // MARK: Tasks

    private static let emptyIsAbsent = ["dependsOn", "inputs", "outputs", "config"]
    private static let bodies = ["tasks", "default", "cases"]

    private static func task(_ json: JSON) -> JSON {
        guard let members = json.objectValue else { return json }
        var task = JSON.object(JSONObject(members.filter { !bodies.contains($0.key) }))
        task = expressions(settings(task))
        for name in bodies { task[name] = members[name] }
        if let cases = members["cases"]?.arrayValue {
            task["cases"] = .array(cases.map(branchCase))
        }
        // kubectl reads `on` without quotes as a boolean.
        if task["type"] == "branch", task["switch"] == nil, let value = task["on"] {
            task["switch"] = value
            task["on"] = nil
        }
        if let list = task["dependsOn"]?.arrayValue {
            task["dependsOn"] = .array(list.sorted { name(of: $0) < name(of: $1) })
        }
        for name in emptyIsAbsent {
            let isEmpty =
                task[name]?.objectValue?.isEmpty == true || task[name]?.arrayValue?.isEmpty == true
            if isEmpty { task[name] = nil }
        }
        return task
    }

    private static func branchCase(_ json: JSON) -> JSON {
        guard let condition = json["condition"] else { return json }
        var result = json
        result["condition"] = self.condition(condition)
        return result
    }

    private static func name(of dependency: JSON) -> String {
        dependency.stringValue ?? dependency["task"]?.stringValue ?? dependency.text
    }

    private static func sorted(_ inputs: [JSON]) -> [JSON] {
        let names = inputs.map { $0["name"]?.stringValue ?? "" }
        return inputs.indices.sorted { (names[$0], $0) < (names[$1], $1) }.map { inputs[$0] }
    }

    // MARK: Settings

    private static let durations = ["timeout", "totalTimeout", "maxLag", "checkpointInterval"]
    private static let conditions = ["condition", "while", "until"]

    /// The durations, retry policies and conditions of a task or of `config`.
    private static func settings(_ json: JSON) -> JSON {
        var result = json
        for name in durations { result[name] = result[name].map(DurationFields.text) }
        for name in conditions { result[name] = result[name].map(condition) }
        result["retryPolicy"] = result["retryPolicy"].map(retryPolicy)
        if let undoing = result["compensation"] {
            result["compensation"] = undoing.objectValue == nil ? undoing : waits(undoing)
            result[["compensation", "retryPolicy"]] = undoing["retryPolicy"].map(retryPolicy)
        }
        let maximumAge: JSONPath = ["cache", "maxAge"]
        if let age = result[maximumAge] { result[maximumAge] = DurationFields.text(age) }
        return result
    }

    private static func retryPolicy(_ json: JSON) -> JSON {
        guard json.objectValue != nil else { return json }
        var policy = waits(json)
        if let text = policy["retryIf"] { policy["retryIf"] = condition(text) }
        for (name, other) in policy["perError"]?.objectValue ?? [:] where other.objectValue != nil {
            policy[["perError", .key(name)]] = waits(other)
        }
        return policy
    }

    private static func waits(_ json: JSON) -> JSON {
        var result = json
        for name in ["initialInterval", "maxInterval", "timeout"] {
            result[name] = result[name].map(DurationFields.text)
        }
        for name in ["backoffMultiplier", "jitter"] {
            if let whole = result[name]?.integerValue { result[name] = .integer(whole) }
        }
        return result
    }

    // MARK: Expressions

    /// A condition as `${{ expression }}`, or `{{ expression }}` where it has filters.
    private static func condition(_ json: JSON) -> JSON {
        guard let text = json.stringValue,
            let sole = TemplateText.soleExpression(of: text)
        else { return json }
        let source = MappedText(copying: sole.source, at: .root).trimmed
        let isTemplate = sole.dialect == .template && source.hasFilters
        return .string(source.wrapped(isTemplate: isTemplate).text)
    }

    /// The expressions in all strings with one blank on either side.
    private static func expressions(_ json: JSON) -> JSON {
        json.mappingStrings { text in
            let segments = TextSegments(Array(text.utf8))
            guard segments.segments.contains(where: { $0.kind == .expression }) else { return text }
            let source = MappedText(copying: text, at: .root)
            var result = MappedText()
            for segment in segments.segments {
                guard segment.kind == .expression else {
                    result.append(source, segment.range)
                    continue
                }
                var inner = MappedText()
                inner.append(source, segment.inner)
                result.append(inner.trimmed.wrapped)
            }
            return result.text
        }
    }
}
