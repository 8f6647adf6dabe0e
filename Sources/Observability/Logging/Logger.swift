public import Values

/// How much a log line matters.
public enum LogLevel: String, Sendable, Hashable, Comparable, CaseIterable {
    case debug, info, warning, error

    /// Whether one level matters less than the other.
    public static func < (first: LogLevel, second: LogLevel) -> Bool {
        first.rank < second.rank
    }

    private var rank: Int {
        switch self {
        case .debug: 0
        case .info: 1
        case .warning: 2
        case .error: 3
        }
    }
}

/// One log line: a constant message and what it is about.
public struct LogRecord: Sendable {
    /// How much it matters.
    public var level: LogLevel
    /// What happened, in constant words, so that lines can be counted by it.
    public var message: String
    /// What it happened to.
    public var fields: JSONObject

    /// The line as JSON, with its time.
    public func json(at time: Timestamp) -> JSON {
        var object = fields
        object["time"] = .string(time.description)
        object["level"] = .string(level.rawValue)
        object["message"] = .string(message)
        return .object(object)
    }

    /// The line as people read it: `message key=value key=value`.
    public var text: String {
        fields.reduce(into: message) { text, field in
            let value = field.value.stringValue ?? field.value.text
            text += " \(field.key)=\(value.contains(" ") ? JSON.string(value).text : value)"
        }
    }
}

/// Writes log lines, redacted, to wherever its owner said.
public struct Logger: Sendable {
    private let minimum: LogLevel
    private let redactor: Redactor
    private let sink: @Sendable (LogRecord) -> Void

    /// Makes a logger.
    ///
    /// - Parameters:
    ///   - minimum: lines below this level are dropped.
    ///   - redactor: takes the secrets out of each line.
    ///   - sink: takes a line; it must not block.
    public init(
        minimum: LogLevel = .info, redactor: Redactor = Redactor(),
        sink: @escaping @Sendable (LogRecord) -> Void
    ) {
        self.minimum = minimum
        self.redactor = redactor
        self.sink = sink
    }

    /// A logger that writes nothing.
    public static let silent = Logger(minimum: .error) { _ in }

    /// Writes a line that only someone who debugs wants.
    public func debug(_ message: StaticString, _ fields: @autoclosure () -> JSONObject = [:]) {
        write(.debug, message, fields())
    }

    /// Writes a line about what normally happens.
    public func info(_ message: StaticString, _ fields: @autoclosure () -> JSONObject = [:]) {
        write(.info, message, fields())
    }

    /// Writes a line about what went wrong and is being tried again.
    public func warning(_ message: StaticString, _ fields: @autoclosure () -> JSONObject = [:]) {
        write(.warning, message, fields())
    }

    /// Writes a line about what somebody must mend.
    public func error(_ message: StaticString, _ fields: @autoclosure () -> JSONObject = [:]) {
        write(.error, message, fields())
    }

    private func write(
        _ level: LogLevel, _ message: StaticString, _ fields: @autoclosure () -> JSONObject
    ) {
        guard level >= minimum else { return }
        let clean = JSONObject(
            fields().map { field in
                guard case .string(let text) = field.value else { return (field.key, field.value) }
                return (field.key, .string(redactor.redact(text)))
            })
        sink(LogRecord(level: level, message: message.description, fields: clean))
    }
}
