import Schemas
import Values

/// What tasks are given as constants and would be refused for when they run.
extension DefinitionCheck {
    /// Checks the inputs of a type beyond its schema, as far as they are known already.
    mutating func checkConstants(_ inputs: JSONObject, of type: String, at place: JSONPath) {
        switch type {
        case "http", "stream":
            // A path is added to the endpoint of a provider.
            if inputs["url"]?.stringValue?.hasPrefix("/") != true {
                checkURL(inputs["url"], at: place.key("url"))
            }
            if let headers = inputs["headers"] {
                checkHeaders(headers, at: place.key("headers"))
            }
        case "command": checkCommand(inputs, at: place)
        case "approval": checkApproval(inputs, at: place)
        default: break
        }
    }

    /// A text without expressions, or nil.
    private func constant(_ value: JSON?) -> String? {
        guard let text = value?.stringValue, TemplateText.shape(of: text) == .constant else {
            return nil
        }
        return text
    }

    // MARK: Requests

    /// Checks a URL that is written out, or the scheme of one that begins with it.
    mutating func checkURL(_ value: JSON?, at place: @autoclosure () -> JSONPath) {
        guard let text = value?.stringValue, !text.isEmpty else { return }
        let written = text.utf8.prefix { $0 != UInt8(ascii: "{") && $0 != UInt8(ascii: "$") }
        let isConstant = TemplateText.shape(of: text) == .constant
        let known = isConstant ? text : String(Substring(written))
        let parts = known.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let hasScheme = parts.count == 2 && parts[1].hasPrefix("//")
        if hasScheme, !["http", "https"].contains(parts[0].lowercased()) {
            report(
                .malformedValue, "\(JSON.string(String(parts[0])).text) is no scheme of HTTP",
                at: place(), help: "write a URL that begins with https:// or http://")
        } else if isConstant, !hasScheme || parts[1].dropFirst(2).isEmpty || !isPlain(text) {
            report(
                .malformedValue, "\(JSON.string(text).text) is no URL", at: place(),
                help: hasScheme
                    ? "name a host, and percent-encode blanks"
                    : "write a URL that begins with https:// or http://")
        }
    }

    /// Tells a path where there is no provider that it could be added to.
    mutating func checkPath(of task: TaskDefinition, at place: JSONPath) {
        guard let url = task.inputs["url"]?.stringValue, url.hasPrefix("/"),
            task.executor == nil, task.config["provider"] == nil
        else { return }
        report(
            .malformedValue, "a path needs a provider whose endpoint it is added to",
            at: place.key("url"), help: "add config: {provider: NAME}, or write the whole URL")
    }

    private func isPlain(_ url: String) -> Bool {
        url.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F }
    }

    private mutating func checkHeaders(_ headers: JSON, at place: JSONPath) {
        for (name, value) in headers.objectValue ?? [:] {
            if name.isEmpty || !name.utf8.allSatisfy(DefinitionCheck.isTokenByte) {
                report(
                    .malformedValue, "\(JSON.string(name).text) is no name of a header",
                    at: place.key(name), isAboutKey: true,
                    help: "use letters, digits and '-'")
            }
            if let text = constant(value), !text.utf8.allSatisfy({ $0 >= 0x20 || $0 == 0x09 }) {
                report(
                    .malformedValue, "a header cannot hold line breaks or control characters",
                    at: place.key(name), help: "write it on one line")
            }
        }
    }

    /// Source: RFC 9110, section 5.6.2, `tchar`.
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }

    // MARK: Processes

    private mutating func checkCommand(_ inputs: JSONObject, at place: JSONPath) {
        let command = inputs["command"]
        let first = command?.arrayValue?.first ?? command
        if let first, constant(first) == "" {
            let at = place.key("command")
            report(
                .wrongSize, "the command names no program",
                at: command?.arrayValue == nil ? at : at.index(0), help: "name a program, as echo")
        }
        for (name, _) in inputs["env"]?.objectValue ?? [:] where name.isEmpty || name.contains("=")
        {
            report(
                .malformedValue, "\(JSON.string(name).text) is no name of a variable",
                at: place.key("env").key(name), isAboutKey: true,
                help: "a name has no '=' and is not empty")
        }
    }

    // MARK: Approvals

    private mutating func checkApproval(_ inputs: JSONObject, at place: JSONPath) {
        checkApprovers(inputs["approvers"], at: place.key("approvers"))
        if let text = constant(inputs["default"]), !["approve", "reject"].contains(text) {
            report(
                .valueNotAllowed, "\(JSON.string(text).text) is not approve or reject",
                at: place.key("default"),
                help: DefinitionCheck.question(text, among: ["approve", "reject"]))
        }
        if let text = constant(inputs["deadline"]), Duration(parsing: text) == nil,
            Timestamp(text) == nil
        {
            report(
                .invalidDuration, "\(JSON.string(text).text) is neither a duration nor a moment",
                at: place.key("deadline"), help: "write 30m, or 2030-01-31T12:00:00Z")
        }
        checkQuorum(inputs, at: place.key("quorum"))
    }

    private mutating func checkQuorum(_ inputs: JSONObject, at place: JSONPath) {
        guard let quorum = inputs["quorum"] else { return }
        let isExpression = quorum.stringValue.map { TemplateText.shape(of: $0) != .constant }
        guard isExpression != true else { return }
        guard let number = quorum.integerValue, (1...256).contains(number) else {
            report(
                .valueOutOfRange, "a quorum is an integer from 1 to 256, not \(quorum.text)",
                at: place)
            return
        }
        let approvers = inputs["approvers"]
        let hasGroups = approvers?["groups"]?.isNull == false
        guard !hasGroups, let users = approvers?.arrayValue ?? approvers?["users"]?.arrayValue,
            users.allSatisfy({ constant($0) != nil }), users.count < number
        else { return }
        report(
            .valueOutOfRange,
            "\(number) must approve, and only \(Set(users).count) may answer", at: place,
            help: "lower the quorum, or name more approvers")
    }

    /// Who may answer is a list of users, or lists of users and groups, or known at run time.
    private mutating func checkApprovers(_ approvers: JSON?, at place: JSONPath) {
        guard let approvers, !approvers.isNull else { return }
        if let text = approvers.stringValue, TemplateText.shape(of: text) != .constant { return }
        if let list = approvers.arrayValue { return checkNames(list, at: place) }
        guard let members = approvers.objectValue else {
            report(
                .wrongType,
                "must be a list of users, or an object of users and groups, not"
                    + " \(JSON.phrase(approvers))", at: place, help: "write a list, as [alice]")
            return
        }
        let fields = ["groups", "users"]
        for (name, value) in members {
            guard fields.contains(name) else {
                let others = fields.filter { !members.contains($0) }
                report(
                    .unknownField, "approvers have no field \"\(name)\"", at: place.key(name),
                    isAboutKey: true, help: Diagnostic.fieldHelp(name, among: others))
                continue
            }
            if let list = value.arrayValue { checkNames(list, at: place.key(name)) }
        }
    }

    private mutating func checkNames(_ names: [JSON], at place: JSONPath) {
        for (position, name) in names.enumerated() where name.stringValue?.isEmpty ?? true {
            report(
                .wrongType, "must be a name, not \(JSON.phrase(name))", at: place.index(position))
        }
    }
}
