/// Draws that look random and are a pure function of what they are drawn for.
enum SeededFraction {
    /// A number in 0..<1 drawn from a run's UID, a task's id and an attempt.
    ///
    /// FNV-1a over the bytes, then the finisher of SplitMix64, so that attempts of one task, which
    /// differ in one byte, fall far apart.
    static func draw(runUID: String, taskID: String, attempt: Int) -> Double {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in runUID.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        hash = (hash ^ 0xFF) &* 0x100_0000_01B3
        for byte in taskID.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        hash = hash &+ UInt64(truncatingIfNeeded: attempt) &* 0x9E37_79B9_7F4A_7C15
        hash = (hash ^ hash >> 30) &* 0xBF58_476D_1CE4_E5B9
        hash = (hash ^ hash >> 27) &* 0x94D0_49BB_1331_11EB
        hash ^= hash >> 31
        return Double(hash >> 11) / Double(1 << 53)
    }
}
