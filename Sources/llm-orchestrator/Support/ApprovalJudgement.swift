import GitOps
import Kubernetes
import Values

/// What the operator made of an answer to an approval, as its status tells.
struct ApprovalJudgement {
    /// Whether the answer counts.
    let counts: Bool
    /// What the answers amount to, or why this one does not count.
    let message: String

    /// Reads it from an approval.
    ///
    /// - Parameters:
    ///   - generation: that of the approval with the answer in it.
    ///   - user: who answered.
    /// - Returns: nil where the operator has not looked at the answer yet.
    init?(_ approval: KubernetesObject, generation: Int64, user: String) {
        let status = approval.status
        let phase = status["phase"]?.stringValue ?? "Pending"
        let isDecided = phase != "Pending"
        let isSeen = status["observedGeneration"]?.integerValue ?? 0 >= generation
        guard isSeen || isDecided else { return nil }
        let told = status["message"]?.stringValue ?? phase
        let ignored = status["ignored"]?.arrayValue?.first { $0["user"]?.stringValue == user }
        if let reason = ignored?["reason"]?.stringValue {
            counts = false
            message = "the answer of \(user) does not count: \(reason)\(Self.asked(approval))"
        } else if phase == "Withdrawn" || !isSeen {
            counts = false
            message = "the answer of \(user) came too late: \(told)"
        } else if isDecided {
            counts = true
            message = told
        } else {
            let approvals = status["approvals"]?.stringValue ?? ""
            counts = true
            message = approvals.replacing("/", with: " of ")
        }
    }

    /// Who may answer, where not everybody may.
    private static func asked(_ approval: KubernetesObject) -> String {
        let approvers = approval.spec["approvers"]
        let users = (approvers?["users"]?.arrayValue ?? []).compactMap(\.stringValue)
        let groups = (approvers?["groups"]?.arrayValue ?? []).compactMap(\.stringValue)
        let all = users + groups.map { "the group \($0)" }
        return all.isEmpty ? "" : " (who may answer: \(all.joined(separator: ", ")))"
    }
}
