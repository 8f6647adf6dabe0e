extension JSONParser {
    /// Reads a number: an integer where its text has no fraction or exponent and fits 64 bits.
    mutating func parseNumber(_ bytes: Span<UInt8>) throws(JSONParseError) -> JSON {
        let start = position
        let negative = consume(UInt8(ascii: "-"), bytes)
        let digits = position
        var number = Significand()
        readDigits(into: &number, bytes)
        guard position > digits else {
            throw error("expected a digit, found \(found(bytes))", bytes)
        }
        guard position == digits + 1 || bytes[digits] != UInt8(ascii: "0") else {
            throw JSONParseError("a number cannot start with 0", at: digits, in: bytes)
        }
        var isInteger = true
        let point = position
        if consume(UInt8(ascii: "."), bytes) {
            isInteger = false
            try requireDigit(bytes)
            readDigits(into: &number, bytes)
        }
        let fraction = isInteger ? 0 : position &- point &- 1
        if consume(UInt8(ascii: "e"), bytes) || consume(UInt8(ascii: "E"), bytes) {
            if !consume(UInt8(ascii: "+"), bytes) { _ = consume(UInt8(ascii: "-"), bytes) }
            try requireDigit(bytes)
            var exponent = Significand()
            readDigits(into: &exponent, bytes)
            return .double(try double(start..<position, bytes))
        }
        if isInteger, !number.overflows {
            let magnitude = number.value
            if !negative, magnitude <= UInt64(Int64.max) { return .integer(Int64(magnitude)) }
            if negative, magnitude <= UInt64(Int64.max) + 1 {
                return .integer(Int64(truncatingIfNeeded: 0 &- magnitude))
            }
        }
        if let value = number.divided(byTenTo: fraction) {
            return .double(negative ? -value : value)
        }
        return .double(try double(start..<position, bytes))
    }

    /// The digits of a number, without its point.
    private struct Significand {
        /// The powers of ten that a double holds exactly.
        private static let powersOfTen: [Double] = [
            1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
            1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
        ]

        var value: UInt64 = 0
        var overflows = false

        @inline(__always)
        mutating func add(_ digit: UInt8) {
            let (product, high) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(UInt64(digit))
            overflows = overflows || high || carry
            value = sum
        }

        /// The nearest double to the digits with so many of them after the point, or nil.
        ///
        /// Where both numbers are exact, so is the rounding of their quotient (Clinger, "How to read
        /// floating point numbers accurately", 1990).
        func divided(byTenTo fraction: Int) -> Double? {
            guard !overflows, value <= 1 << 53, fraction < Significand.powersOfTen.count else {
                return nil
            }
            return Double(value) / Significand.powersOfTen[fraction]
        }
    }

    private func double(_ range: Range<Int>, _ bytes: Span<UInt8>) throws(JSONParseError) -> Double
    {
        let text = try text(range, bytes)
        guard let value = Double(text), value.isFinite else {
            throw JSONParseError(
                "the number \(text) is out of range", at: range.lowerBound, in: bytes)
        }
        return value
    }

    @inline(__always)
    private func digitHere(_ bytes: Span<UInt8>) -> UInt8? {
        guard position < bytes.count else { return nil }
        let digit = bytes[position] &- UInt8(ascii: "0")
        return digit < 10 ? digit : nil
    }

    @inline(__always)
    private mutating func readDigits(into number: inout Significand, _ bytes: Span<UInt8>) {
        while let digit = digitHere(bytes) {
            number.add(digit)
            position &+= 1
        }
    }

    private func requireDigit(_ bytes: Span<UInt8>) throws(JSONParseError) {
        guard digitHere(bytes) != nil else {
            throw error("expected a digit, found \(found(bytes))", bytes)
        }
    }
}
