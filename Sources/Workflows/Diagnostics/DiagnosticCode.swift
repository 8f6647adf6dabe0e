/// The stable codes of diagnostics.
///
/// A code is never given a new meaning and never reused. `docs/diagnostics.md` lists them, and a test
/// compares it with this file. E00xx: the text; E01xx: the shape; E02xx: tasks and their order; E03xx:
/// expressions and references; E04xx: inputs and outputs; E05xx: the values a run is given; Wxxxx: warnings.
public enum DiagnosticCode: String, Sendable, Hashable, CaseIterable {
    // The text of the file.
    case invalidText = "E0001"
    case documentTooLarge = "E0002"
    case notAnObject = "E0003"
    case missingAPIVersion = "E0004"
    case wrongAPIVersion = "E0005"
    case missingKind = "E0006"
    case unknownKind = "E0007"
    case missingName = "E0008"
    case invalidName = "E0009"
    case duplicateResource = "E0010"
    case invalidMetadata = "E0011"

    // The shape that the schema of the kind asks for.
    case unknownField = "E0101"
    case missingField = "E0102"
    case wrongType = "E0103"
    case valueNotAllowed = "E0104"
    case malformedValue = "E0105"
    case valueOutOfRange = "E0106"
    case wrongSize = "E0107"
    case duplicateElement = "E0108"
    case combination = "E0109"

    // Tasks, and the order among them.
    case duplicateTask = "E0201"
    case unknownTaskType = "E0202"
    case unknownDependency = "E0203"
    case selfDependency = "E0204"
    case dependencyCycle = "E0205"
    case invalidDuration = "E0206"
    case intervalOrder = "E0207"
    case invalidTaskID = "E0209"
    case invalidQuantity = "E0210"
    case invalidFallback = "E0211"
    case nestingTooDeep = "E0212"
    case fieldOfOtherType = "E0213"
    case unboundedLoop = "E0214"
    case joinCount = "E0215"
    case shadowedTask = "E0216"
    case timeoutOrder = "E0217"

    // Expressions, and what they refer to.
    case expressionSyntax = "E0301"
    case unknownInput = "E0302"
    case unknownTask = "E0303"
    case unknownOutput = "E0304"
    case dependentReference = "E0305"
    case unknownVariable = "E0306"
    case notOneExpression = "E0307"
    case selfReference = "E0308"
    case unknownTaskField = "E0309"
    case referenceTypeMismatch = "E0310"
    case unawaitedReference = "E0311"
    case reservedName = "E0312"

    // The inputs and outputs that a workflow declares.
    case duplicateInput = "E0401"
    case defaultMismatch = "E0402"
    case invalidConstraint = "E0403"
    case constraintKind = "E0404"
    case invalidOutput = "E0405"
    case missingDefinition = "E0406"

    // The values that a run is given.
    case missingInputValue = "E0501"
    case undeclaredInputValue = "E0502"
    case inputValueType = "E0503"
    case inputValueRefused = "E0504"
    case inputsTooLarge = "E0505"

    // Warnings.
    case unusedInput = "W0001"
    case requiredWithDefault = "W0002"
    case constantCondition = "W0003"
    case ambiguousBoolean = "W0004"
    case unimplementedType = "W0005"

    /// How grave diagnostics of the code are.
    public var severity: Diagnostic.Severity { rawValue.hasPrefix("W") ? .warning : .error }

    /// What the code stands for, in one line.
    public var explanation: String {
        switch self {
        case .invalidText: "The file is not YAML or JSON, or passes a bound on depth or aliases."
        case .documentTooLarge: "The file is larger, or holds more documents, than is read."
        case .notAnObject: "A document is not an object."
        case .missingAPIVersion: "A document does not say its apiVersion."
        case .wrongAPIVersion: "The apiVersion is not one this program knows."
        case .missingKind: "A document does not say its kind."
        case .unknownKind: "The kind is not one this program knows."
        case .missingName: "A document has no metadata.name."
        case .invalidName: "The name is not one a Kubernetes object can have (RFC 1123)."
        case .duplicateResource: "Two documents of a file describe the same object."
        case .invalidMetadata: "The metadata has a field of the wrong kind."
        case .unknownField: "A field is not part of the schema; often a misspelling."
        case .missingField: "A required field is missing."
        case .wrongType: "A value is of another type than its field."
        case .valueNotAllowed: "A value is not one of those its field allows."
        case .malformedValue: "A text does not have the form its field asks for."
        case .valueOutOfRange: "A number is outside the bounds of its field."
        case .wrongSize: "A text, list or object is too short or too long."
        case .duplicateElement: "A list whose elements must differ repeats one."
        case .combination: "A value does not satisfy a combination of schemas."
        case .duplicateTask: "Two tasks of a workflow have the same id."
        case .unknownTaskType: "There is no task type of that name."
        case .unknownDependency: "dependsOn names a task that the workflow does not have."
        case .selfDependency: "A task depends on itself."
        case .dependencyCycle: "Tasks depend on each other in a circle, so none can start."
        case .invalidDuration: "A text is not a duration."
        case .intervalOrder: "A retry policy's initialInterval is longer than its maxInterval."
        case .invalidTaskID: "A task's id cannot be used in an expression."
        case .invalidQuantity: "An amount of a resource is not a Kubernetes quantity."
        case .invalidFallback: "A fallback says nothing, or several things at once."
        case .nestingTooDeep: "Containers are nested deeper than is read."
        case .fieldOfOtherType: "A field goes with another type of task or notification."
        case .unboundedLoop: "Nothing bounds how often a loop runs."
        case .joinCount: "A join asks for more dependencies than there are."
        case .shadowedTask: "A task in a container has the id of a task around it."
        case .timeoutOrder: "One attempt may take longer than all attempts together."
        case .expressionSyntax: "An expression is not one."
        case .unknownInput: "An expression refers to an input that is not declared."
        case .unknownTask: "An expression refers to a task that the workflow does not have."
        case .unknownOutput: "An expression refers to an output that the task does not give."
        case .dependentReference: "A task refers to a task that waits for it."
        case .unknownVariable: "An expression uses a name that is not bound."
        case .notOneExpression: "A condition is not exactly one expression."
        case .selfReference: "A task refers to its own outputs."
        case .unknownTaskField: "An expression asks a task for something it does not have."
        case .referenceTypeMismatch: "A value of a known type is used where another is needed."
        case .unawaitedReference:
            "A dynamic task's body refers to a task that the dynamic task does not wait for."
        case .reservedName: "The variable of a loop has a name that means something else."
        case .duplicateInput: "Two inputs of a workflow have the same name."
        case .defaultMismatch: "The default of an input is not a value the input allows."
        case .invalidConstraint: "A validation or schema of an input is not a valid one."
        case .constraintKind: "A validation does not go with the type of its input."
        case .invalidOutput: "A workflow's output is not one."
        case .missingDefinition: "A run has neither or both of workflowRef and workflowSpec."
        case .missingInputValue: "A run is not given a required input."
        case .undeclaredInputValue: "A run is given an input that the workflow does not declare."
        case .inputValueType: "An input of a run is of another type than declared."
        case .inputValueRefused: "An input of a run does not satisfy its validation."
        case .inputsTooLarge: "The inputs of a run are larger than a checkpoint can hold."
        case .unusedInput: "An input is declared and nothing refers to it."
        case .requiredWithDefault: "A required input has a default, which is never used."
        case .ambiguousBoolean:
            "A text without quotes is a boolean for kubectl, which reads YAML 1.1."
        case .unimplementedType: "No executor in this build runs tasks of the type."
        case .constantCondition: "A condition refers to nothing, so it is always the same."
        }
    }
}
