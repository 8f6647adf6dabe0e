/// Names of what a run makes, which are a pure function of the run, the task and the attempt.
///
/// Being that, a create that is repeated after a crash conflicts with the first one and adopts its
/// object (law 1, NoSecondCopy). A name is readable at its front and exact at its end: 10 base-32
/// digits of a hash over all of the input, each part with its length.
public enum RunName {
    /// The name of the object that one attempt of a task makes.
    public static func attempt(
        run: String, runUID: String, task: String, attempt: Int
    ) -> String {
        joined([run, task, String(attempt)], hashing: [runUID, run, task, String(attempt)])
    }

    /// The name of a run that a trigger makes at a moment or for an event.
    public static func triggered(workflow: String, workflowUID: String, key: String) -> String {
        joined([workflow], hashing: [workflowUID, workflow, key])
    }

    /// The name of one shard of a run's checkpoint.
    public static func checkpoint(run: String, runUID: String, shard: Int) -> String {
        joined([run, String(shard)], hashing: [runUID, run, String(shard)])
    }

    /// The name of a shard as it was at one checkpoint, which manual checkpoints refer to.
    ///
    /// What it holds is a function of these, so checkpoints of one run have those in common that did
    /// not change between them.
    public static func keptShard(
        run: String, runUID: String, shard: Int, sequence: Int64
    ) -> String {
        joined(
            [run, "kept", String(shard)],
            hashing: ["KeptShard", runUID, run, String(shard), String(sequence)])
    }

    /// The name of the checkpoint that a user's request keeps.
    ///
    /// - Parameter request: the id of the request among the run's operations.
    public static func keptCheckpoint(
        run: String, runUID: String, label: String, request: String
    ) -> String {
        joined([run, label], hashing: ["Checkpoint", runUID, request])
    }

    /// The parts joined by `-`, cut to fit, and the hash of other parts behind them.
    ///
    /// The result is a DNS label of at most `maximum` characters, whatever the parts hold.
    public static func joined(
        _ parts: [String], hashing identity: [String]? = nil,
        maximum: Int = ResourceName.maximumLabel
    ) -> String {
        let hash = digits(of: identity ?? parts)
        let room = maximum - hash.count - 1
        var prefix: [UInt8] = []
        for byte in parts.joined(separator: "-").lowercased().utf8 {
            guard prefix.count < room else { break }
            let isPlain =
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            let dash = UInt8(ascii: "-")
            if isPlain {
                prefix.append(byte)
            } else if let last = prefix.last, last != dash {
                prefix.append(dash)
            }
        }
        while prefix.last == UInt8(ascii: "-") { prefix.removeLast() }
        // A DNS label of some API objects (Services) must not begin with a digit.
        if let first = prefix.first, first < UInt8(ascii: "a") {
            prefix = Array("x".utf8) + prefix.prefix(room - 1)
        }
        if prefix.isEmpty { prefix = Array("x".utf8) }
        return String(decoding: prefix, as: UTF8.self) + "-" + hash
    }

    /// 50 bits of FNV-1a over the parts, in the digits of RFC 4648's base-32, lower case.
    ///
    /// Not a secret and not against forgery: the owner of an object found under a name is checked.
    private static func digits(of parts: [String]) -> String {
        var state: UInt64 = 0xcbf2_9ce4_8422_2325
        func add(_ byte: UInt8) { state = (state ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        for part in parts {
            // The length in front keeps ["ab", "c"] and ["a", "bc"] apart.
            for shift in stride(from: 0, to: 64, by: 8) {
                add(UInt8(truncatingIfNeeded: part.utf8.count >> shift))
            }
            for byte in part.utf8 { add(byte) }
        }
        // FNV mixes its low bits best last: fold the top down, as its authors advise.
        state ^= state >> 32
        state = state &* 0x9e37_79b9_7f4a_7c15
        state ^= state >> 29
        let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)
        let text = (0..<10).map { alphabet[Int(state >> (UInt64($0) * 5) & 31)] }
        return String(decoding: text, as: UTF8.self)
    }
}
