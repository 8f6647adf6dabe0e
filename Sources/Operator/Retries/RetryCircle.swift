import Kubernetes
import Values

/// Runs that wait for each other to end, each to try the next one again: none of them ever would.
enum RetryCircle {
    /// The reason of the run that is refused for it.
    static let reason = "RetryCircle"
    /// The most runs that are looked at; a longer circle waits until somebody cancels one of them.
    static let maximumLength = 256

    /// The names along which a run comes back to itself, its own last; nil where it does not.
    ///
    /// Only runs count that have not begun, as one that has ends without the others. O(runs in line).
    static func through(
        _ run: KubernetesObject, lookUp: (ObjectKey) -> KubernetesObject?
    ) -> [String]? {
        var names: [String] = []
        var current = run
        while names.count < maximumLength {
            guard let retry = current.spec["retryOf"], let name = retry["run"]?.stringValue,
                let next = lookUp(ObjectKey(namespace: run.namespace, name: name)),
                next.checkpointSequence == 0, !RunPhases.hasEnded(next), !RunPhases.isToEnd(next)
            else { return nil }
            // One that is to try another of that name again is refused, and waits for nobody.
            if let wanted = retry["uid"]?.stringValue, wanted != next.uid { return nil }
            names.append(name)
            if next.key == run.key { return names }
            current = next
        }
        return nil
    }

    /// What is told of it.
    static func message(_ names: [String]) -> String {
        "the run would wait for itself to end: it is to try \(names.joined(separator: ", then "))"
            + " again; have spec.retryOf name a run that has begun"
    }
}
