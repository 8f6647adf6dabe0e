import Admission
import Engine
import Values
import Workflows

/// One attempt of one run, as admission knows it.
struct AttemptTicket: Hashable, Sendable {
    let run: RunIdentity
    let reference: AttemptReference

    // A run is its UID; hashing its names as well would only cost time.
    static func == (first: AttemptTicket, second: AttemptTicket) -> Bool {
        first.reference == second.reference && first.run.uid == second.run.uid
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(run.uid)
        hasher.combine(reference)
    }
}

/// What an attempt needs to begin.
struct AttemptWish: Sendable {
    let ticket: AttemptTicket
    let priority: Admission.Priority
    /// Whether it is counted among the attempts at once.
    let takesPlace: Bool
    /// What it holds while it runs, in thousandths.
    let resources: [String: Int64]
    /// What the attempts of its run may hold together, in thousandths.
    let runResources: [String: Int64]
    /// The name of the provider that the task names as such; nil where it names none.
    let provider: String?
    /// A name that may be that of a provider, or of something else.
    let executor: String?
    /// What is known of the attempt of its task that failed last; nil where none did.
    var failure: AttemptFailure?
    /// Since when it waits; nil where it begins to.
    var waitingSince: Timestamp?
}

/// How an answer to an attempt's wish reads.
enum AttemptAnswer: Sendable {
    /// It may begin.
    case admitted
    /// It waits, and a later answer will tell.
    case waits(String)
    /// It may not be made.
    case refused(TaskError)
}
