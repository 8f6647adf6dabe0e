extension TaskType {
    /// The output that a name stands for which a step gives to all that its task makes.
    ///
    /// Nil where it stands for all outputs together.
    public var mainOutput: String? { TaskType.mainOutput(ofTypeNamed: name) }

    /// The main output of a type by its name, for types this program does not know as well.
    static func mainOutput(ofTypeNamed name: String) -> String? {
        switch name {
        case "llm": "response"
        case "embed": "embedding"
        case "vector_search", "loop", "map": "results"
        case "transform": "value"
        case "command": "stdout"
        case "http": "body"
        case "query": "rows"
        case "approval": "approved"
        case "parallel", "branch", "dynamic", "workflow": nil
        default: "result"
        }
    }
}
