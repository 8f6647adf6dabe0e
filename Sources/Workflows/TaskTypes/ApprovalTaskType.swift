import Schemas

extension TaskType {
    /// `approval`: asks people, and waits for what they decide.
    public static let approval = TaskType(
        name: "approval",
        summary: "Asks people for approval and waits for their answers.",
        inputs: .object(
            "What is asked, and of whom.",
            [
                "approvers": .anything(
                    "Who may answer: a list of users, or an object of users and groups; all who may"
                        + " write Approvals, where absent."),
                "quorum": .anything("How many users must approve; 1 where absent."),
                "deadline": .anything(
                    "When the default answers: a duration from the start of the attempt, such as"
                        + " 30m, or a moment; never where absent."),
                "default": .string(
                    "What holds once the deadline has passed: approve or reject; reject where"
                        + " absent."),
                "message": .anything("What is asked, for people."),
                "prompt": .anything("The same as message."),
                "payload": .anything(
                    "What is approved: an answer counts for this value only, by its digest."),
            ]),
        outputs: ["approved": .boolean, "approvers": .array, "comment": .string],
        isNamed: true)
}
