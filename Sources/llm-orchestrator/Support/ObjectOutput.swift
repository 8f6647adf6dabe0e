import Console
import Values
import YAML

/// The formats that objects are printed in.
enum ObjectFormat: String, Sendable, CaseIterable {
    case tree, table, json, yaml, name

    /// The option that chooses one.
    static func option(_ formats: [ObjectFormat]) -> CommandSpecification.Option {
        .value(
            "output", "o", "FORMAT", choices: formats.map(\.rawValue),
            "how the result is printed; JSON and YAML are the Kubernetes object itself")
    }
}

extension JSON {
    /// The object without the bookkeeping that nobody reads, as kubectl prints it.
    var withoutManagedFields: JSON {
        var object = self
        object[["metadata", "managedFields"]] = nil
        return object
    }

    /// The object's kind and name: `workflowrun.orchestrator.llm/nightly-1`.
    var resourceName: String {
        let kind = self["kind"]?.stringValue?.lowercased() ?? "object"
        let group = self["apiVersion"]?.stringValue?.split(separator: "/").first ?? ""
        return "\(kind).\(group)/\(self["metadata"]?["name"]?.stringValue ?? "")"
    }

    /// The object in a format that is neither table nor tree.
    func text(as format: ObjectFormat) -> String? {
        switch format {
        case .json: withoutManagedFields.prettyText + "\n"
        case .yaml: YAMLWriter.text(of: withoutManagedFields)
        case .name: resourceName + "\n"
        case .tree, .table: nil
        }
    }
}
