import Schemas

/// The names of what types take, where documents spell them in another way.
enum InputNames {
    /// Those of types that the documents show and this program has no executor for.
    private static let known: [String: Set<String>] = [
        "deploy": ["dryRun"]
    ]

    /// A name as the type's own schema has it: `working_directory` is `workingDirectory`.
    static func canonical(_ name: String, ofType type: String) -> String {
        let camelCased = name.camelCased
        if camelCased == name { return name }
        if known[type]?.contains(camelCased) == true { return camelCased }
        guard let properties = TaskTypes.builtIn[type]?.inputs.properties else { return name }
        return properties[name] == nil && properties[camelCased] != nil ? camelCased : name
    }
}
