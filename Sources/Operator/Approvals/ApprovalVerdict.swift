import Values

/// What the answers to an approval amount to, decided from its spec and the time and nothing else.
struct ApprovalVerdict: Hashable {
    enum Phase: String, Hashable {
        case pending = "Pending"
        case approved = "Approved"
        case rejected = "Rejected"
    }

    /// An answer that does not count.
    struct Ignored: Hashable {
        let user: String
        let reason: String
    }

    private(set) var phase = Phase.pending
    private(set) var reason = "WaitingForApproval"
    private(set) var message = ""
    /// The users whose approval counts, sorted.
    private(set) var approvers: [String] = []
    /// How many are needed.
    let quorum: Int
    private(set) var comment = ""
    private(set) var ignored: [Ignored] = []
    /// When the default answers; nil where nothing but people does.
    let deadline: Timestamp?

    /// Decides.
    ///
    /// One rejection that counts ends it; approvals end it at the quorum.
    init(_ spec: JSON, now: Timestamp) {
        quorum = max(1, Int(spec["quorum"]?.integerValue ?? 1))
        deadline = spec["deadline"]?.stringValue.flatMap { Timestamp($0) }
        let answers = (spec["decisions"]?.arrayValue ?? []).sorted {
            ($0["user"]?.stringValue ?? "") < ($1["user"]?.stringValue ?? "")
        }
        var comments: [String] = []
        var rejection: (user: String, comment: String)?
        for answer in answers {
            let user = answer["user"]?.stringValue ?? ""
            if let reason = objection(to: answer, of: user, spec) {
                ignored.append(Ignored(user: user, reason: reason))
                continue
            }
            let comment = answer["comment"]?.stringValue ?? ""
            if answer["decision"]?.stringValue == "approve" {
                guard !approvers.contains(user) else { continue }
                approvers.append(user)
                if !comment.isEmpty { comments.append("\(user): \(comment)") }
            } else if rejection == nil {
                rejection = (user, comment)
            }
        }
        conclude(rejection, comments, isDefaultApproval: spec["default"] == "approve", now)
    }

    private mutating func conclude(
        _ rejection: (user: String, comment: String)?, _ comments: [String],
        isDefaultApproval: Bool, _ now: Timestamp
    ) {
        if let rejection {
            phase = .rejected
            reason = "RejectedByUser"
            comment = rejection.comment
            message = "rejected by \(rejection.user)"
            if !rejection.comment.isEmpty { message += ": \(rejection.comment)" }
        } else if approvers.count >= quorum {
            phase = .approved
            reason = "QuorumReached"
            comment = comments.joined(separator: "\n")
            message = "approved by \(approvers.joined(separator: ", "))"
        } else if let deadline, deadline <= now {
            phase = isDefaultApproval ? .approved : .rejected
            reason = "DeadlinePassed"
            message =
                "\(isDefaultApproval ? "approved" : "rejected") by default: the deadline"
                + " passed with \(approvers.count) of \(quorum) approvals"
            comment = message
        } else {
            message = "waiting for \(quorum - approvers.count) of \(quorum) approvals"
        }
    }

    /// Why an answer does not count, or nil.
    private func objection(to answer: JSON, of user: String, _ spec: JSON) -> String? {
        guard answer["digest"] == spec["digest"] else {
            return "it is for another digest than the approval's"
        }
        let users = (spec["approvers"]?["users"]?.arrayValue ?? []).compactMap(\.stringValue)
        let groups = (spec["approvers"]?["groups"]?.arrayValue ?? []).compactMap(\.stringValue)
        let own = (answer["groups"]?.arrayValue ?? []).compactMap(\.stringValue)
        let isAsked =
            (users.isEmpty && groups.isEmpty) || users.contains(user)
            || own.contains(where: groups.contains)
        guard isAsked else { return "the user is not among the approvers" }
        if let deadline, let time = answer["time"]?.stringValue.flatMap({ Timestamp($0) }),
            time > deadline
        {
            return "it came after the deadline"
        }
        return nil
    }
}
