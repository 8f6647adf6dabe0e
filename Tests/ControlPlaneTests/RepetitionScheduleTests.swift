import Testing

@testable import ControlPlane

@Suite struct RepetitionScheduleTests {
    private let place = ObjectReference(
        collection: StoreState.namespaces, key: ObjectKey(namespace: "", name: "a"))

    @Test func `each failure doubles the wait, up to a bound`() {
        var schedule = RepetitionSchedule()
        var waits: [Int] = []
        for _ in 0..<9 {
            schedule.failed(place)
            var ticks = 1
            while schedule.advance().isEmpty { ticks += 1 }
            waits.append(ticks)
        }
        #expect(waits == [1, 2, 4, 8, 16, 32, 64, 64, 64])
    }

    @Test func `what succeeds is forgotten`() {
        var schedule = RepetitionSchedule()
        schedule.failed(place)
        schedule.failed(place)
        schedule.succeeded(place)
        #expect(schedule.count == 0)
        #expect(schedule.advance().isEmpty && schedule.advance().isEmpty)
        schedule.failed(place)
        #expect(schedule.advance() == [place])
        #expect(schedule.advance().isEmpty)
    }
}
