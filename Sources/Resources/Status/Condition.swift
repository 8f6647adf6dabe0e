public import Values

/// One aspect of an object's state, in the terms of kstatus.
public struct Condition: Sendable, Hashable {
    /// The aspect: `Ready`, `Reconciling`, `Stalled`.
    public var type: String
    /// Whether it holds.
    public var holds: Bool
    /// One CamelCase word for programs.
    public var reason: String
    /// A sentence for people.
    public var message: String

    /// Makes a condition.
    public init(_ type: String, _ holds: Bool, reason: String, message: String) {
        self.type = type
        self.holds = holds
        self.reason = reason
        self.message = message
    }
}

/// The three conditions of kstatus, of which an object has exactly one state.
public enum ReadyState: Sendable, Hashable {
    /// What was asked for is there.
    case ready(reason: String, message: String)
    /// It is being worked on.
    case reconciling(reason: String, message: String)
    /// It will not get there until somebody changes something.
    case stalled(reason: String, message: String)

    private static let idle = "nothing is under way"
    private static let free = "nothing stands in the way"

    /// The conditions that say so.
    ///
    /// No message is empty: a kube-apiserver 1.20 built with a Go of today takes an empty string for
    /// null, and refuses the status.
    public var conditions: [Condition] {
        switch self {
        case .ready(let reason, let message):
            [
                Condition("Ready", true, reason: reason, message: message),
                Condition("Reconciling", false, reason: reason, message: ReadyState.idle),
                Condition("Stalled", false, reason: reason, message: ReadyState.free),
            ]
        case .reconciling(let reason, let message):
            [
                Condition("Ready", false, reason: reason, message: message),
                Condition("Reconciling", true, reason: reason, message: message),
                Condition("Stalled", false, reason: reason, message: ReadyState.free),
            ]
        case .stalled(let reason, let message):
            [
                Condition("Ready", false, reason: reason, message: message),
                Condition("Reconciling", false, reason: reason, message: ReadyState.idle),
                Condition("Stalled", true, reason: reason, message: message),
            ]
        }
    }

    /// The value of `status.conditions`.
    ///
    /// A transition time is kept while the status of its condition is the same, as the convention
    /// asks; conditions of other types stay.
    ///
    /// - Parameters:
    ///   - old: the value there is now.
    ///   - generation: the generation that was looked at.
    ///   - now: the time of a change.
    public func json(replacing old: JSON?, generation: Int64, now: Timestamp) -> JSON {
        let present = old?.arrayValue ?? []
        let mine = conditions
        let others = present.filter { condition in
            !mine.contains { $0.type == condition["type"]?.stringValue }
        }
        let written = mine.map { condition -> JSON in
            let before = present.first { $0["type"]?.stringValue == condition.type }
            let status = condition.holds ? "True" : "False"
            let isSame = before?["status"]?.stringValue == status
            let time = isSame ? before?["lastTransitionTime"]?.stringValue : nil
            return [
                "type": .string(condition.type), "status": .string(status),
                "reason": .string(condition.reason),
                "message": .string(ReadyState.cut(condition.message)),
                "observedGeneration": .integer(generation),
                "lastTransitionTime": .string(time ?? now.secondsText),
            ]
        }
        return .array(written + others)
    }

    /// The most bytes of a condition's message: `kubectl describe` stays readable, and room is left
    /// in the status.
    public static let maximumMessageBytes = 4096

    private static func cut(_ message: String) -> String {
        guard message.utf8.count > maximumMessageBytes else { return message }
        var text = ""
        for character in message {
            guard text.utf8.count + character.utf8.count < maximumMessageBytes - 3 else { break }
            text.append(character)
        }
        return text + "…"
    }
}
