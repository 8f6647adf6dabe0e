/// The kinds of writes that the operator can make: the one list of them.
///
/// A write of another kind breaks law 22: whoever teaches the operator a new one enters it here, and
/// sees to it that simulations make it.
enum WriteKind {
    /// The kinds that simulations make, as ``Route/kind`` names them.
    static let all: [String] = [
        "create approvals", "create deadletters", "create events", "create leases",
        "create runcheckpoints", "create workflowruns",
        "delete deadletters", "delete runcheckpoints", "delete templates",
        "delete workflowruns", "delete workflows",
        "patch approvals/status", "patch deadletters/status", "patch events",
        "patch providers/status", "patch runcheckpoints", "patch templates",
        "patch templates/status", "patch workflowrepositories",
        "patch workflowrepositories/status", "patch workflowruns", "patch workflowruns/status",
        "patch workflows",
        "patch workflows/status", "update leases", "update runcheckpoints/status",
    ]

    /// How much more often a process dies around a write of this kind than around a common one.
    static func weight(of kind: String) -> Double {
        switch kind {
        case "patch workflowruns/status", "patch workflows/status", "create events": 1
        case "update leases": 0.5
        case "create workflowruns", "patch workflows": 3
        default: 12
        }
    }
}
