import Resources
import Testing
import Values

@Suite struct ConditionTests {
    private static let now = Timestamp(nanoseconds: 1_700_000_000_000_000_000)

    @Test(arguments: [
        ReadyState.ready(reason: "Valid", message: "3 tasks"),
        .reconciling(reason: "Running", message: "the run is going on"),
        .stalled(reason: "Failed", message: "the run failed"),
    ])
    func `every condition has the words that the schema asks for`(_ state: ReadyState) throws {
        let json = state.json(replacing: nil, generation: 4, now: ConditionTests.now)
        let conditions = try #require(json.arrayValue)
        #expect(
            conditions.compactMap { $0["type"]?.stringValue } == [
                "Ready", "Reconciling", "Stalled",
            ])
        #expect(conditions.filter { $0["status"]?.stringValue == "True" }.count == 1)
        for condition in conditions {
            for field in ["reason", "message", "lastTransitionTime"] {
                #expect(condition[field]?.stringValue?.isEmpty == false, "\(field) of \(condition)")
            }
        }
    }
}
