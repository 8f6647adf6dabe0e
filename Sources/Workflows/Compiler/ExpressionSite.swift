/// Where an expression stands: what it sees, and whose edges its references are.
struct ExpressionSite {
    /// The scope in which ids of tasks are looked up first.
    var scope: Int
    /// The task of that scope whose dependencies the references are; nil where tasks of the scope
    /// itself may be referred to without waiting for them, as they have ended by then.
    var task: Int?
    /// The variables it sees beside those of its scope.
    var extra: [String] = []
    /// Whether it sees the outputs of its own task, which has completed by then.
    var seesItself = false
    /// Whether it sees tasks at all.
    var seesTasks = true
    /// Whether it sees how the run ends.
    var seesEnding = false

    /// In an expression of a task itself.
    init(_ address: TaskAddress) {
        scope = address.scope
        task = address.task
    }

    /// Behind all tasks of a scope.
    init(behind scope: Int) { self.scope = scope }

    /// The same, with more variables.
    func with(_ variables: String...) -> ExpressionSite {
        var site = self
        site.extra += variables
        return site
    }
}
