public import Values

/// Something wrong, or doubtful, in a manifest.
public struct Diagnostic: Error, Sendable, Hashable {
    /// How grave a diagnostic is.
    public enum Severity: String, Sendable, Hashable, CaseIterable {
        /// The manifest cannot be used.
        case error
        /// The manifest can be used, and is probably not what was meant.
        case warning
    }

    /// How grave it is.
    public var severity: Severity
    /// Its stable code.
    public var code: DiagnosticCode
    /// What is wrong, without the place.
    public var message: String
    /// The place in the object.
    public var path: JSONPath
    /// The offset in UTF-8 bytes inside the string at that place, where it is about a part of it.
    public var offset: Int?
    /// Whether it is about the member's name rather than its value.
    public var isAboutKey: Bool
    /// The place in the source text, where there is one.
    public var position: SourcePosition?
    /// What to do about it.
    public var suggestion: String?

    /// Makes a diagnostic; its severity is that of its code.
    public init(
        _ code: DiagnosticCode, _ message: String, at path: JSONPath, offset: Int? = nil,
        isAboutKey: Bool = false, position: SourcePosition? = nil, suggestion: String? = nil
    ) {
        severity = code.severity
        self.code = code
        self.message = message
        self.path = path
        self.offset = offset
        self.isAboutKey = isAboutKey
        self.position = position
        self.suggestion = suggestion
    }
}

extension Diagnostic: CustomStringConvertible {
    /// One line without the source: `error[E0203]: spec.tasks[1].dependsOn[0]: …`.
    public var description: String {
        let place = path == .root ? "" : "\(path): "
        let help = suggestion.map { " (\($0))" } ?? ""
        return "\(severity.rawValue)[\(code.rawValue)]: \(place)\(message)\(help)"
    }
}

/// All that is wrong with a manifest, at least one error among it when it stands for a failure.
public struct Diagnostics: Error, Sendable, Hashable, CustomStringConvertible {
    /// The diagnostics, in document order.
    public var all: [Diagnostic]

    /// Makes a list.
    public init(_ all: [Diagnostic] = []) { self.all = all }

    /// Those that keep the manifest from being used.
    public var errors: [Diagnostic] { all.filter { $0.severity == .error } }

    /// Those that do not.
    public var warnings: [Diagnostic] { all.filter { $0.severity == .warning } }

    /// Whether one of them is an error.
    public var hasErrors: Bool { all.contains { $0.severity == .error } }

    /// One line for each.
    public var description: String { all.map(\.description).joined(separator: "\n") }
}
