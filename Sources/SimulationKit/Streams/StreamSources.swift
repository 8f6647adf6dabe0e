/// What a simulation has of sources of streams beside lists, drawn by numbers of its own.
struct StreamSources: Sendable {
    /// How often a simulation with streams has them.
    private static let share = 0.6

    /// The part of all cases in which each fault of a response strikes.
    let responses: [ResponseFault: Double]

    /// Those of a seed; nil where it has none.
    init?(_ random: RandomStream) {
        guard random.chance(StreamSources.share) else { return nil }
        var rates: [ResponseFault: Double] = [:]
        for fault in ResponseFault.allCases where random.chance(0.4) {
            rates[fault] = random.pick([0.05, 0.2, 0.5])
        }
        responses = rates
    }
}
