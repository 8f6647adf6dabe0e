import Testing
import Values

@Suite struct QuantityTests {
    @Test(arguments: [
        ("1", 1), ("0.5", 0.5), ("500m", 0.5), ("8Gi", 8_589_934_592), ("1k", 1000),
        ("1.5M", 1_500_000),
        ("1e3", 1000), ("2E", 2e18), ("1n", 1e-9), (".5", 0.5), ("3e-2", 0.03),
    ])
    func `a quantity is a number of base units`(text: String, value: Double) {
        #expect(Quantity.value(parsing: text) == value)
    }

    @Test(arguments: ["", "m", "-1", "1.2.3", "1 Gi", "1KiB", "1e", "1e99", "NaN", "0x10", "1_000"])
    func `a text that is no quantity is refused`(text: String) {
        #expect(Quantity.value(parsing: text) == nil)
    }
}
