/// The kinds of writes that the operator can make: the one list of them.
///
/// A write of another kind breaks law 22: whoever teaches the operator a new one enters it here, and
/// sees to it that simulations make it.
enum WriteKind {
    /// The kinds that simulations make, as ``Route/kind`` names them.
    static let all: [String] = [
        "create approvals", "create deadletters", "create events", "create leases",
        "create runcheckpoints", "create workflowruns",
        "delete deadletters", "delete runcheckpoints", "delete workflowruns",
        "patch approvals/status", "patch deadletters/status", "patch events",
        "patch providers/status", "patch runcheckpoints", "patch templates/status",
        "patch workflowruns", "patch workflowruns/status", "patch workflows",
        "patch workflows/status", "update leases", "update runcheckpoints/status",
    ]

    /// Those that a simulation has no cause for, and why.
    static let unsimulated: [String: String] = [
        "patch workflowrepositories": "simulations have no git remote",
        "patch workflowrepositories/status": "simulations have no git remote",
        "patch templates": "a repository applies it, and simulations have no git remote",
        "delete workflows": "a repository prunes it, and simulations have no git remote",
        "delete templates": "a repository prunes it, and simulations have no git remote",
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
