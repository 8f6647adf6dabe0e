import Values

/// The inputs of a workflow: those that are declared, and those that are only used.
struct InputDeclarations {
    /// The place of the list in the canonical object.
    static let path: JSONPath = ["spec", "inputs"]

    private(set) var list: [JSON] = []
    private(set) var names: Set<String> = []
    /// Whether the document declares its inputs, so that one it does not declare is doubtful.
    private(set) var isDeclared = false
    private var comparisons = 0

    /// The place of the input that is declared next.
    var nextPath: JSONPath { InputDeclarations.path.index(list.count) }

    /// Makes names known before their inputs are declared, which may refer to each other.
    mutating func willDeclare(_ names: some Sequence<String>) {
        isDeclared = true
        self.names.formUnion(names)
    }

    /// Reads the `inputs` of a dialect: the canonical list, or an object of types or descriptions.
    mutating func read(_ field: SourceFields.Field, _ translation: inout Translation) {
        isDeclared = true
        switch field.value {
        case .array(let elements):
            for (index, element) in elements.enumerated() {
                declare(element, from: field.path.index(index), &translation)
            }
        case .object(let members):
            for (name, value) in members {
                declare(member: name, value, from: field.path.key(name), &translation)
            }
        case .null: break
        default:
            translation.report(
                .wrongType, "inputs must be a list or an object, not \(JSON.phrase(field.value))",
                at: field.path)
        }
    }

    /// Adds an input as it is written.
    mutating func declare(
        _ json: JSON, from source: JSONPath, _ translation: inout Translation
    ) {
        let canonical = nextPath
        translation.map.note(canonical, from: source)
        list.append(TypeNames.input(json, at: source, canonical, &translation))
        if let name = json["name"]?.stringValue { names.insert(name) }
    }

    /// Adds an input that is written as `name: type` or as `name: {type: …}`.
    private mutating func declare(
        member name: String, _ value: JSON, from source: JSONPath, _ translation: inout Translation
    ) {
        var members = value.objectValue ?? [:]
        if let type = value.stringValue { members["type"] = .string(type) }
        members["name"] = .string(name)
        let canonical = nextPath
        translation.map.note(canonical, from: source)
        translation.map.note(canonical.key("name"), madeOf: source)
        if value.stringValue != nil { translation.map.note(canonical.key("type"), from: source) }
        list.append(TypeNames.input(.object(members), at: source, canonical, &translation))
        names.insert(name)
    }

    /// Adds an input that is made of something else.
    mutating func add(
        _ input: JSONObject, madeOf source: JSONPath, _ translation: inout Translation
    ) {
        translation.map.note(InputDeclarations.path.index(list.count), madeOf: source)
        list.append(.object(input))
        if let name = input["name"]?.stringValue { names.insert(name) }
    }

    /// Takes note of the use of an input, which is declared by that where the document declares none.
    mutating func use(_ name: String, at place: TextPlace, _ translation: inout Translation) {
        guard !names.contains(name) else { return }
        if isDeclared {
            useUndeclared(name, at: place, among: [], &translation)
        } else {
            add(["name": .string(name), "required": true], madeOf: place.path, &translation)
        }
    }

    /// Takes a name that nothing declares for a required input, and says so.
    mutating func useUndeclared(
        _ name: String, at place: TextPlace, among others: some Sequence<String>,
        _ translation: inout Translation
    ) {
        guard !names.contains(name) else { return }
        comparisons += names.count
        let isAffordable = comparisons <= WorkflowLimits.maximumComparisons
        let nearest =
            isAffordable
            ? DefinitionCheck.question(name, among: names.sorted() + others.sorted()) : nil
        translation.report(
            .implicitInput, "\"\(name)\" is not declared, so it is taken for a required input",
            at: place.path, offset: place.offset,
            help: nearest ?? "declare it under inputs, or give it with --set \(name)=…")
        add(["name": .string(name), "required": true], madeOf: place.path, &translation)
    }
}
