/// Which reading of the language a text is given.
public enum Dialect: Sendable, Hashable {
    /// That of workflow manifests: a task's id may have hyphens in `tasks.run-tests`, and a function
    /// that does not exist is found when the text is read.
    case workflow
    /// That of workflow manifests, and filters besides: `value | upper | default('none')`.
    case template
    /// The Common Expression Language as specified, without type checking: `a-b` is always a
    /// subtraction, and a call of an unknown function fails when it is evaluated.
    case specification

    /// The variable whose fields may have hyphens in their names.
    var hyphenatedFieldsOf: String? { self == .specification ? nil : "tasks" }
}
