import Values
import Workflows

/// Refuses what nests too deep to be put into an object of its own.
///
/// API servers refuse such an object, or take it and nobody can read the list that holds it.
func checkNesting(of value: JSON, _ name: String) throws(TaskError) {
    let depth = WorkflowLimits.maximumValueDepth
    guard value.nests(deeperThan: depth) else { return }
    throw .invalid("\(name) must not nest deeper than \(depth) levels")
}
