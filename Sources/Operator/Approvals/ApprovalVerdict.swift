import Crypto
import Values

/// What the answers to an approval amount to, decided from its spec, its status and the time and
/// nothing else.
///
/// What is asked, of whom and by when is taken from `status.question` alone, which only the operator
/// writes: see ``AskedQuestion``. While the spec says anything else, no answer counts.
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
    /// The digests of the answers that came while the spec was changed, sorted: whoever gave them saw
    /// another question, and so they never count.
    private(set) var voided: [String] = []
    /// How many of ``approvers`` count.
    private(set) var counted = 0

    /// Decides.
    ///
    /// One rejection that counts ends it; approvals end it at the quorum.
    ///
    /// - Parameters:
    ///   - spec: what the approval says, its answers among it.
    ///   - status: what the operator noted of it: what was asked, and what the answers amounted to
    ///     when it looked last.
    init(_ spec: JSON, status: JSON, now: Timestamp) {
        let question = status["question"] ?? [:]
        quorum = max(1, Int(question["quorum"]?.integerValue ?? 1))
        deadline = question["deadline"]?.stringValue.flatMap { Timestamp($0) }
        let changes = AskedQuestion.changes(in: spec, since: question)
        let isDefaultApproval = question["default"] == "approve"
        if changes.isEmpty {
            count(spec, question, voidedBefore: status["voided"], isDefaultApproval, now)
        } else {
            passOver(spec, status, changes, question, isDefaultApproval, now)
        }
    }

    /// Passes over every answer, as the spec is not what was asked; the deadline stands.
    private mutating func passOver(
        _ spec: JSON, _ status: JSON, _ changes: [String], _ question: JSON,
        _ isDefaultApproval: Bool, _ now: Timestamp
    ) {
        let before = Set((status["voided"]?.arrayValue ?? []).compactMap(\.stringValue))
        let hadCounted = Set((status["approvers"]?.arrayValue ?? []).compactMap(\.stringValue))
        for answer in spec["decisions"]?.arrayValue ?? [] {
            let user = answer["user"]?.stringValue ?? ""
            let digest = answer.digest.description
            // What counted before came for what was asked, and counts again once that is back.
            if hadCounted.contains(user), !before.contains(digest) {
                approvers.append(user)
            } else {
                voided.append(digest)
            }
        }
        approvers.sort()
        voided.sort()
        conclude(nil, [], isDefaultApproval: isDefaultApproval, now)
        guard phase == .pending else {
            approvers = []
            return
        }
        reason = ApprovalVerdict.changed
        message =
            AskedQuestion.sentence(of: changes, since: question)
            + ", so no answer counts: put it back"
    }

    /// The reason of an approval that is not what was asked.
    static let changed = "QuestionChanged"

    /// Counts the answers to what was asked.
    private mutating func count(
        _ spec: JSON, _ question: JSON, voidedBefore: JSON?, _ isDefaultApproval: Bool,
        _ now: Timestamp
    ) {
        let before = Set((voidedBefore?.arrayValue ?? []).compactMap(\.stringValue))
        let answers = (spec["decisions"]?.arrayValue ?? []).sorted {
            ($0["user"]?.stringValue ?? "") < ($1["user"]?.stringValue ?? "")
        }
        var comments: [String] = []
        var rejection: (user: String, comment: String)?
        for answer in answers {
            let user = answer["user"]?.stringValue ?? ""
            let digest = before.isEmpty ? "" : answer.digest.description
            if before.contains(digest) {
                voided.append(digest)
                ignored.append(Ignored(user: user, reason: ApprovalVerdict.cameMeanwhile))
                continue
            }
            if let reason = objection(to: answer, of: user, question) {
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
        voided.sort()
        counted = approvers.count
        conclude(rejection, comments, isDefaultApproval: isDefaultApproval, now)
    }

    private static let cameMeanwhile =
        "it was given while the question was changed: give it again, with its time or a comment"

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
        } else if counted >= quorum {
            phase = .approved
            reason = "QuorumReached"
            comment = comments.joined(separator: "\n")
            message = "approved by \(approvers.joined(separator: ", "))"
        } else if let deadline, deadline <= now {
            phase = isDefaultApproval ? .approved : .rejected
            reason = "DeadlinePassed"
            message =
                "\(isDefaultApproval ? "approved" : "rejected") by default: the deadline"
                + " passed with \(counted) of \(quorum) approvals"
            comment = message
        } else {
            message = "waiting for \(quorum - counted) of \(quorum) approvals"
        }
    }

    /// Why an answer does not count, or nil.
    private func objection(to answer: JSON, of user: String, _ question: JSON) -> String? {
        guard answer["digest"] == question["digest"] else {
            return "it is for another digest than the approval's"
        }
        let users = (question["approvers"]?["users"]?.arrayValue ?? []).compactMap(\.stringValue)
        let groups = (question["approvers"]?["groups"]?.arrayValue ?? []).compactMap(\.stringValue)
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
