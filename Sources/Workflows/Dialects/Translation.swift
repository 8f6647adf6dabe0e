import Values

/// What translating a document into the canonical form gathers besides the object.
struct Translation {
    /// Where the parts of the canonical object were written.
    var map = SourceMap()
    /// What is wrong or doubtful, at paths of the file.
    private(set) var diagnostics: [Diagnostic] = []

    /// Tells something about a place of the file.
    mutating func report(
        _ code: DiagnosticCode, _ message: String, at path: JSONPath, offset: Int? = nil,
        isAboutKey: Bool = false, help: String? = nil
    ) {
        guard diagnostics.count < WorkflowLimits.maximumDiagnostics else { return }
        diagnostics.append(
            Diagnostic(
                code, message, at: path, offset: offset, isAboutKey: isAboutKey, suggestion: help))
    }

    /// Tells the fields that nobody took.
    mutating func refuseRest(of fields: inout SourceFields, in place: String) {
        let known = fields.known
        for field in fields.takeRest() {
            report(
                .unknownField, "\(place) has no field \"\(field.name)\"", at: field.path,
                isAboutKey: true, help: Diagnostic.fieldHelp(field.name, among: known))
        }
    }
}

/// A document in the canonical form.
struct CanonicalManifest {
    /// The dialect it was written in.
    var dialect: ManifestDialect
    /// The object as an API server takes it.
    var object: JSON
    /// Where its parts were written.
    var map: SourceMap
    /// What the translation found, at paths of the file.
    var diagnostics: [Diagnostic]

    /// A document that is taken as it is.
    init(asWritten json: JSON) {
        dialect = .kubernetes
        object = json
        map = SourceMap()
        diagnostics = []
    }

    init(_ dialect: ManifestDialect, _ object: JSON, _ translation: Translation) {
        self.dialect = dialect
        self.object = object
        map = translation.map
        diagnostics = translation.diagnostics
    }

    /// Declares the inputs that a definition only uses, so that the object says all it takes.
    mutating func declareInputs(of plan: WorkflowPlan) {
        let place: JSONPath = ["spec", "inputs"]
        let written = object[place]?.arrayValue ?? []
        guard plan.definition.inputs.count > written.count else { return }
        let implicit = plan.definition.inputs[written.count...].map { input -> JSON in
            ["name": .string(input.name), "required": true]
        }
        object[place] = .array(written + implicit)
    }

    /// Reads a document in whichever dialect it is.
    static func reading(_ json: JSON) -> CanonicalManifest {
        guard let members = json.objectValue else { return CanonicalManifest(asWritten: json) }
        switch ManifestDialect.recognise(members) {
        case .kubernetes: return KubernetesForm.translate(json)
        case .steps: return StepsForm.translate(json)
        case .engine: return EngineForm.translate(json)
        case .research: return ResearchForm.translate(json)
        case nil:
            var translation = Translation()
            translation.report(
                .unknownForm, ManifestDialect.whatWasSeen(members), at: .root,
                help: ManifestDialect.whatIsExpected)
            return CanonicalManifest(.kubernetes, .null, translation)
        }
    }
}
