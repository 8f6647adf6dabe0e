import Expressions
import Values

/// What is doubtful in the texts of a document, whatever its form: secrets, models that end, and
/// schedules that are none.
///
/// It reads the document as it is written, so that every place is exact in every form.
struct DocumentAdvice {
    private var found: [Diagnostic] = []

    /// The diagnostics of a document.
    static func diagnostics(in document: JSON) -> [Diagnostic] {
        var advice = DocumentAdvice()
        advice.walk(document)
        return advice.found
    }

    private mutating func walk(_ document: JSON) {
        // Places are linked backwards and spelt out only for what is found; -1 is the root.
        var trail: [(parent: Int, component: JSONPath.Component)] = []
        var pending: [(value: JSON, place: Int)] = [(document, -1)]
        while let (value, place) = pending.popLast(),
            found.count < WorkflowLimits.maximumDiagnostics
        {
            let name = place >= 0 ? trail[place].component : nil
            switch value {
            case .string(let text):
                guard let tell = advice(on: text, named: name) else { continue }
                let path = JSONPath(endOf: place, in: trail)
                let diagnostic = tell(path)
                let isOfSchedule = [.invalidSchedule, .unknownTimeZone].contains(diagnostic.code)
                if isOfSchedule, !DocumentAdvice.isSchedule(path) { continue }
                found.append(diagnostic)
            case .array(let elements):
                for (index, element) in elements.enumerated() {
                    trail.append((place, .index(index)))
                    pending.append((element, trail.count - 1))
                }
            case .object(let members):
                for (name, member) in members {
                    trail.append((place, .key(name)))
                    pending.append((member, trail.count - 1))
                }
            case .null, .bool, .integer, .double: break
            }
        }
    }

    /// What is to be said of a text, once its place is known.
    private func advice(
        on text: String, named component: JSONPath.Component?
    ) -> ((JSONPath) -> Diagnostic)? {
        var name: String?
        if case .key(let key)? = component { name = key }
        if let finding = SecretScan.first(in: text) {
            return { DocumentAdvice.secret(finding.phrase, at: $0, offset: finding.offset) }
        }
        guard let name else { return nil }
        if SecretScan.isPassword(text, named: name) {
            return { DocumentAdvice.secret("a password", at: $0, offset: nil) }
        }
        if name == "model", let end = ModelCatalogue.retirement(of: text) {
            return { path in
                Diagnostic(
                    .deprecatedModel, "the model \"\(text)\" is served until \(end.date) only",
                    at: path, suggestion: "its provider names \(end.successor) in its place")
            }
        }
        if name == "schedule" || name == "cron", !text.contains("${"), !text.contains("{{") {
            do throws(CronSchedule.Problem) {
                _ = try CronSchedule(parsing: text)
            } catch {
                let problem = error
                return { path in
                    Diagnostic(
                        .invalidSchedule, problem.message, at: path, offset: problem.offset,
                        suggestion: "write minute, hour, day of the month, month and day of the"
                            + " week, as \"30 4 * * 1-5\"")
                }
            }
        }
        if ["timeZone", "timezone", "time_zone"].contains(name), !TimeZoneNames.contains(text) {
            return { path in
                Diagnostic(
                    .unknownTimeZone, "there is no time zone \(JSON.string(text).text)", at: path,
                    suggestion: DefinitionCheck.question(text, among: TimeZoneNames.all)
                        ?? "write a name of the IANA database, as Europe/Berlin or UTC")
            }
        }
        return nil
    }

    /// Whether something is started by the text there, rather than told of it.
    private static func isSchedule(_ path: JSONPath) -> Bool {
        let names = path.components.dropLast()
        return names == ["spec"] || names.first == "triggers"
            || (names.starts(with: ["spec", "triggers"])
                || names.starts(with: ["spec", "schedule"]))
    }

    private static func secret(_ phrase: String, at path: JSONPath, offset: Int?) -> Diagnostic {
        Diagnostic(
            .plainTextSecret,
            "this looks like \(phrase), which everybody can read who can read the"
                + " manifest", at: path, offset: offset,
            suggestion: "revoke it, keep it in a Secret, and give it to the task from there")
    }
}
