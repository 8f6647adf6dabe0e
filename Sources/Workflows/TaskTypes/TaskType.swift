public import Schemas

/// What a manifest may write of one type of task: an executor of the same name does the work.
public struct TaskType: Sendable, Hashable {
    /// The name, as `tasks[].type` writes it.
    public var name: String
    /// What tasks of the type do, in one sentence.
    public var summary: String
    /// The schema of `tasks[].inputs`, checked before a run and, once expressions have their
    /// values, again before each attempt.
    public var inputs: Schema
    /// The outputs every task of the type gives, with their kinds.
    public var outputs: [String: ValueKind]
    /// Whether each input is given as an output of the same name.
    public var givesInputs: Bool
    /// Whether an attempt has no effect outside the run, so that it may be made again freely.
    public var isPure: Bool
    /// Whether an attempt is made idempotent by a name that is a pure function of run, task and
    /// attempt, so that it needs no stored intent: a second start finds the first.
    public var isNamed: Bool
    /// Whether an executor of this build, or the engine, runs tasks of the type.
    public var isImplemented = true
    /// Whether what an attempt writes can be read as a stream while it runs.
    public var givesStream = false
    /// Which outputs there may be besides ``outputs``, those of ``givesInputs`` and those a task
    /// declares.
    public var furtherOutputs = FurtherOutputs.none

    /// The input that may hold a JSON schema, each property of which is an output of its type.
    public var outputSchemaInput: String?

    /// Outputs that the type does not name.
    public enum FurtherOutputs: Sendable, Hashable {
        /// There are no others.
        case none
        /// Any, as long as a task does not declare its outputs.
        case undeclared
        /// Any.
        case any
    }

    /// Makes a type.
    public init(
        name: String, summary: String, inputs: Schema, outputs: [String: ValueKind] = [:],
        givesInputs: Bool = false, isPure: Bool = false, isNamed: Bool = false
    ) {
        self.name = name
        self.summary = summary
        self.inputs = inputs
        self.outputs = outputs
        self.givesInputs = givesInputs
        self.isPure = isPure
        self.isNamed = isNamed
    }

    /// Whether tasks give outputs that are not known from their type and what they declare.
    func givesMore(than declared: [String: ValueKind]) -> Bool {
        switch furtherOutputs {
        case .none: false
        case .undeclared: declared.isEmpty
        case .any: true
        }
    }
}

/// The types of tasks that manifests may use.
public struct TaskTypes: Sendable, Hashable {
    private let types: [String: TaskType]
    /// What a run must know of types, of those that are special.
    private let traits: [String: TaskTraits]

    /// Makes a catalogue; of two types with one name, the later stands.
    public init(_ types: [TaskType]) {
        self.types = Dictionary(types.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
        traits = self.types.mapValues(TaskTraits.init).filter { !$0.value.isEmpty }
    }

    /// The type of that name, or nil.
    public subscript(name: String) -> TaskType? { types[name] }

    /// What is special about every task of a type; nothing about those of an unknown one.
    public func traits(of type: String) -> TaskTraits { traits[type] ?? [] }

    /// The names, sorted.
    public var names: [String] { types.keys.sorted() }

    /// The types that come with the product.
    public static let builtIn = TaskTypes(
        [.command, .http, .transform, .stream, .approval, .workflow, .wait] + TaskType.containers
            + TaskType.foreseen)
}

extension TaskTraits {
    fileprivate init(_ type: TaskType) {
        self = []
        if type.isPure && type.givesInputs { insert(.evaluated) }
        if type.isNamed { insert(.named) }
    }
}
