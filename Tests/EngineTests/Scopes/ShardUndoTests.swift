import Testing
import Values

@testable import Engine

/// How a shard goes back to what a status may still say of it.
@Suite struct ShardUndoTests {
    private func entry(_ attempt: Int64) -> JSON {
        ["phase": "Running", "attempt": .integer(attempt)]
    }

    @Test func `however often a write fails, its shard keeps its bound and can be taken back`() {
        var shard = CheckpointShard()
        shard.pending = ["a": entry(1)]
        _ = shard.take(sequence: 1)
        shard.acknowledge()
        for sequence in Int64(2)...40 {
            shard.pending["a"] = entry(sequence)
            let written = shard.take(sequence: sequence)
            // The schema of the object allows no more of them.
            #expect((written["undo"]?.arrayValue?.count ?? 0) <= CheckpointShard.maximumUnknown + 1)
            let stored = CheckpointShard.entries(of: written, at: 1)
            #expect(stored?["a"] == entry(1))
            let known = max(1, sequence - Int64(CheckpointShard.maximumUnknown))...sequence
            for number in known {
                #expect(CheckpointShard.entries(of: written, at: number)?["a"] == entry(number))
            }
        }
    }
}
