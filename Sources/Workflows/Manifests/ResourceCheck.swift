import Resources
import Schemas
import Values

/// Checks one object: what it is, its shape, and what its kind asks for beyond that.
struct ResourceCheck {
    let json: JSON
    let compiler: WorkflowCompiler
    var diagnostics: [Diagnostic] = []
    private(set) var kind: String?
    private(set) var name: String?
    private(set) var namespace: String?
    private(set) var plan: WorkflowPlan?

    /// The kinds a manifest may hold; the others are written by the operator alone.
    static let kinds: [String] = ResourceDefinition.all.map(\.kind).filter { $0 != "RunCheckpoint" }

    /// The fields of `metadata` that people write.
    private static let writtenFields = ["annotations", "labels", "name", "namespace"]
    /// Those, and the ones that an API server writes or reads.
    ///
    /// Source: `ObjectMeta` of `k8s.io/apimachinery/pkg/apis/meta/v1`.
    private static let metadataFields = Set(
        writtenFields + [
            "clusterName", "creationTimestamp", "deletionGracePeriodSeconds", "deletionTimestamp",
            "finalizers", "generateName", "generation", "managedFields", "ownerReferences",
            "resourceVersion", "selfLink", "uid",
        ])

    init(_ json: JSON, compiler: WorkflowCompiler) {
        self.json = json
        self.compiler = compiler
    }

    mutating func run() {
        guard json.objectValue != nil else {
            report(
                .notAnObject, "a manifest must be an object, not \(JSON.phrase(json))", at: .root,
                help: "begin with apiVersion: \(APIGroup.apiVersion)")
            return
        }
        let isOurs = checkVersion()
        let definition = isOurs ? checkKind() : nil
        checkMetadata()
        guard let definition else { return }
        checkShape(definition)
        switch definition.kind {
        case "Workflow", "Template": compile(json["spec"], at: ["spec"])
        case "WorkflowRun": checkRun()
        default: checkDurations()
        }
    }

    private mutating func report(
        _ code: DiagnosticCode, _ message: String, at path: JSONPath, isAboutKey: Bool = false,
        help: String? = nil
    ) {
        diagnostics.append(
            Diagnostic(code, message, at: path, isAboutKey: isAboutKey, suggestion: help))
    }

    // MARK: Identity

    private mutating func checkVersion() -> Bool {
        guard let value = json["apiVersion"] else {
            report(
                .missingAPIVersion, "the manifest does not say its apiVersion", at: .root,
                help: "add apiVersion: \(APIGroup.apiVersion)")
            return true
        }
        guard let version = value.stringValue else {
            report(
                .wrongAPIVersion, "apiVersion must be a string, not \(JSON.phrase(value))",
                at: ["apiVersion"], help: "write \(APIGroup.apiVersion)")
            return true
        }
        if version == APIGroup.apiVersion { return true }
        report(
            .wrongAPIVersion, "the apiVersion \"\(version)\" is not known", at: ["apiVersion"],
            help: "write \(APIGroup.apiVersion)")
        // The kind of another group cannot be judged; a misspelling of ours can.
        return version.hasPrefix(APIGroup.name)
            || Spelling.nearest(to: version, among: [APIGroup.apiVersion]) != nil
    }

    private mutating func checkKind() -> ResourceDefinition? {
        guard let value = json["kind"] else {
            report(
                .missingKind, "the manifest does not say its kind", at: .root,
                help: "add kind: Workflow")
            return nil
        }
        guard let text = value.stringValue else {
            report(
                .missingKind, "kind must be a string, not \(JSON.phrase(value))", at: ["kind"])
            return nil
        }
        if ResourceCheck.kinds.contains(text), let definition = ResourceDefinition.named(text) {
            kind = text
            return definition
        }
        let isInternal = ResourceDefinition.named(text) != nil
        report(
            .unknownKind,
            isInternal
                ? "a \(text) is written by the operator and not applied"
                : "the kind \"\(text)\" is not known", at: ["kind"],
            help: isInternal
                ? nil
                : DefinitionCheck.question(text, among: ResourceCheck.kinds)
                    ?? "the kinds are \(ResourceCheck.kinds.joined(separator: ", "))")
        return nil
    }

    private mutating func checkMetadata() {
        guard let metadata = json["metadata"] else {
            report(
                .missingName, "the manifest has no metadata.name", at: .root,
                help: "add metadata with a name")
            return
        }
        guard metadata.objectValue != nil else {
            report(
                .invalidMetadata, "metadata must be an object, not \(JSON.phrase(metadata))",
                at: ["metadata"])
            return
        }
        checkName(metadata)
        checkNamespace(metadata)
        checkMetadataFields(metadata)
        for field in ["labels", "annotations"] { checkTexts(metadata[field], at: field) }
    }

    private mutating func checkName(_ metadata: JSON) {
        let place: JSONPath = ["metadata", "name"]
        switch metadata["name"] {
        case .string(let text):
            guard let problem = ResourceName.problem(with: text) else {
                name = text
                return
            }
            report(
                .invalidName, "the name \(JSON.string(text).text) \(problem)", at: place,
                help: ResourceName.corrected(text).map { "write \($0)" })
        case let value?:
            report(
                .invalidName, "the name must be a string, not \(JSON.phrase(value))", at: place,
                help: value.isNull ? nil : "write \"\(value.text)\"")
        case nil:
            report(
                .missingName, "the manifest has no metadata.name", at: ["metadata"],
                isAboutKey: true, help: "add a name of lower-case letters, digits and '-'")
        }
    }

    private mutating func checkNamespace(_ metadata: JSON) {
        guard let value = metadata["namespace"] else { return }
        guard let text = value.stringValue else {
            report(
                .invalidMetadata, "the namespace must be a string, not \(JSON.phrase(value))",
                at: ["metadata", "namespace"])
            return
        }
        namespace = text
        let isLabel = !text.contains(".") && text.utf8.count <= ResourceName.maximumLabel
        guard ResourceName.problem(with: text) != nil || !isLabel else { return }
        report(
            .invalidName, "the namespace \(JSON.string(text).text) is not a name one can have",
            at: ["metadata", "namespace"],
            help: "use lower-case letters, digits and '-', at most 63")
    }

    /// An API server drops what is no field of its metadata, so a misspelt `labels` would be lost.
    private mutating func checkMetadataFields(_ metadata: JSON) {
        let members = metadata.objectValue ?? [:]
        for (field, _) in members where !ResourceCheck.metadataFields.contains(field) {
            let others = ResourceCheck.writtenFields.filter { !members.contains($0) }
            report(
                .unknownField, "metadata has no field \(JSON.string(field).text)",
                at: ["metadata", .key(field)], isAboutKey: true,
                help: Diagnostic.fieldHelp(field, among: others))
        }
    }

    private mutating func checkTexts(_ value: JSON?, at field: String) {
        guard let value, !value.isNull else { return }
        guard let members = value.objectValue else {
            report(
                .invalidMetadata, "\(field) must be an object, not \(JSON.phrase(value))",
                at: ["metadata", .key(field)])
            return
        }
        for (name, member) in members where member.stringValue == nil {
            report(
                .invalidMetadata, "must be a string, not \(JSON.phrase(member))",
                at: ["metadata", .key(field), .key(name)],
                help: member.objectValue == nil && member.arrayValue == nil
                    ? "write \"\(member.text)\"" : nil)
        }
    }

    // MARK: Shape

    /// Checks the object against the schema that its CRD carries; definitions are left to the
    /// compiler, which checks them against the same schema.
    private mutating func checkShape(_ definition: ResourceDefinition) {
        var schema = definition.schema
        if definition.kind == "Workflow" || definition.kind == "Template" {
            schema.properties["spec"] = .anything("Left to the compiler.")
        } else if definition.kind == "WorkflowRun" {
            schema.properties["spec"]?.properties["workflowSpec"] = .anything(
                "Left to the compiler.")
        }
        let told: Set<JSONPath> = [["metadata"], ["apiVersion"], ["kind"]]
        for violation in schema.validate(json, asResource: true)
        where !told.contains(violation.path) {
            diagnostics.append(Diagnostic(violation))
        }
    }

    private mutating func compile(_ spec: JSON?, at path: JSONPath) {
        guard let spec else { return }
        let compilation = compiler.compilation(of: spec, at: path)
        diagnostics += compilation.diagnostics.all
        plan = compilation.plan
        if let plan, path == ["spec"] { checkSelf(plan) }
    }

    /// A run that always starts a run of its own definition never ends.
    private mutating func checkSelf(_ plan: WorkflowPlan) {
        let tasks = plan.definition.scopes.first?.tasks ?? []
        for (index, task) in tasks.enumerated() where task.condition == nil {
            guard let child = task.workflow, child.name == name, child.kind == kind,
                task.dependsOn.isEmpty
            else { continue }
            report(
                .templateCycle, "each run of \"\(child.name)\" would start another, without end",
                at: ["spec", "tasks", .index(index), "workflow"], isAboutKey: true,
                help: "give the task a condition")
            self.plan = nil
        }
    }

    private mutating func checkRun() {
        guard let spec = json["spec"], spec.objectValue != nil else { return }
        let (reference, inline) = (spec["workflowRef"], spec["workflowSpec"])
        // A run that goes on from another has the definition of that one.
        let hasSource = spec["retryOf"] != nil || spec["restoreFrom"] != nil
        switch (reference, inline) {
        case (nil, nil) where !hasSource:
            report(
                .missingDefinition, "a run needs workflowRef or workflowSpec", at: ["spec"],
                isAboutKey: true, help: "add workflowRef with the name of a Workflow")
        case (_?, _?):
            report(
                .missingDefinition, "a run has workflowRef or workflowSpec, and not both",
                at: ["spec", "workflowRef"], isAboutKey: true, help: "remove one of them")
        default: break
        }
        compile(inline, at: ["spec", "workflowSpec"])
        let given = spec["inputs"]?.objectValue ?? [:]
        if case .failure(let found)? = plan?.resolveInputs(given) { diagnostics += found.all }
        plan = nil
    }

    /// The durations of kinds other than definitions, whose compiler reads its own.
    private mutating func checkDurations() {
        for field in ["interval", "timeout"] {
            guard let text = json["spec"]?[field]?.stringValue,
                let objection = Duration.objection(to: text)
            else {
                continue
            }
            report(
                .invalidDuration, "\(JSON.string(text).text) \(objection)",
                at: ["spec", .key(field)],
                help: "write a number with a unit, as 30s, 5m, 1h30m or 250ms")
        }
    }
}
