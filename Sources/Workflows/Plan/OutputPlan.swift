public import Expressions

/// A value that a run ends with.
public struct OutputPlan: Sendable {
    /// The name.
    public var name: String
    /// The value, with expressions in its strings.
    public var value: ValueTemplate
    /// The value where the first cannot be had, as a task it needs gave nothing.
    public var fallback: ValueTemplate?

    /// Makes an output.
    public init(name: String, value: ValueTemplate, fallback: ValueTemplate? = nil) {
        self.name = name
        self.value = value
        self.fallback = fallback
    }
}

/// Whom the end of a run is told.
public struct NotificationPlan: Sendable {
    /// When it is told.
    public var event: RunEnding
    /// Its place in the list of that event.
    public var position: Int
    /// `webhook`, `alert` or `deadletter`.
    public var type: String
    /// The settings of the type, an object; sees what tasks of `finally` see.
    public var content: ValueTemplate

    /// Makes a notification.
    public init(event: RunEnding, position: Int, type: String, content: ValueTemplate) {
        self.event = event
        self.position = position
        self.type = type
        self.content = content
    }
}
