public import Values

/// Simulates many seeds in one process, and tells of each in a line.
///
/// `seed N` stands before a simulation, so that whoever reads knows which one stopped the process;
/// `law N seed: message` for each law that did not hold; `done JSON` with the sums at the end.
public struct Worker: Sendable {
    /// Every how many seeds the sums are told.
    static let chunk: UInt64 = 500

    /// The first seed.
    public let first: UInt64
    /// The seed behind the last.
    public let end: UInt64
    /// How far the seeds are apart.
    public let stride: UInt64

    /// Makes a worker for some of the seeds.
    public init(first: UInt64, end: UInt64, stride: UInt64) {
        self.first = first
        self.end = end
        self.stride = stride
    }

    /// Simulates them.
    public func run(_ tell: (String) -> Void) {
        var sums = Sums()
        var seed = first
        while seed < end {
            tell("seed \(seed)\n")
            let report = Simulation.run(seed: seed)
            sums.add(report)
            for violation in report.violations.prefix(3) {
                tell("law \(violation.law) \(seed): \(violation)\n")
            }
            seed += stride
            if sums.seeds % Int(Worker.chunk) == 0 || seed >= end {
                tell("done \(sums.json.text)\n")
                sums = Sums()
            }
        }
    }
}

/// What many simulations come to.
public struct Sums: Sendable {
    /// How many seeds were simulated.
    public var seeds = 0
    /// How many seeds broke a law.
    public var failures = 0
    /// How many things happened.
    public var events = 0
    /// How many jobs ran.
    public var steps = 0
    /// The hashes of all traces, added.
    public var hash: UInt64 = 0
    /// Which kinds of things happened.
    public var coverage = Coverage()

    /// Makes empty sums.
    public init() {}

    /// Adds a simulation.
    public mutating func add(_ report: Simulation.Report) {
        seeds += 1
        failures += report.violations.isEmpty ? 0 : 1
        events += report.events
        steps += report.steps
        hash &+= report.hash
        coverage.merge(report.coverage)
    }

    /// Adds the sums of others.
    public mutating func merge(_ json: JSON) {
        func count(_ name: String) -> Int { Int(json[name]?.integerValue ?? 0) }
        seeds += count("seeds")
        failures += count("failures")
        events += count("events")
        steps += count("steps")
        hash &+= UInt64(bitPattern: json["hash"]?.integerValue ?? 0)
        coverage.merge(Coverage(json: json["coverage"] ?? [:]))
    }

    /// The sums as JSON.
    public var json: JSON {
        [
            "seeds": .integer(Int64(seeds)), "failures": .integer(Int64(failures)),
            "events": .integer(Int64(events)), "steps": .integer(Int64(steps)),
            "hash": .integer(Int64(bitPattern: hash)), "coverage": coverage.json,
        ]
    }
}
