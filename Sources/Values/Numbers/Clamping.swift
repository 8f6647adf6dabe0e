extension FixedWidthInteger {
    /// The sum, stopping at the ends of the type.
    public func addingClamping(_ other: Self) -> Self {
        let (sum, overflow) = addingReportingOverflow(other)
        guard overflow else { return sum }
        return other < 0 ? .min : .max
    }
}
