/// What the path of a stored stream says.
struct StreamFile {
    let run: String
    let task: String
    let generation: Int
    /// The offset of its first record.
    let start: Int

    /// Reads a path; nil where it is of something else.
    init?(_ path: String) {
        let parts = path.split(separator: "/")
        guard parts.count > 2, let name = parts.last?.split(separator: "."), name.count == 4,
            name[3] == "stream", let generation = Int(name[1]), let start = Int(name[2])
        else { return nil }
        run = String(parts[parts.count - 2])
        task = String(name[0])
        self.generation = generation
        self.start = start
    }

    /// The records of a file: what stands in each whole line behind the moment of its arrival.
    static func records(_ bytes: [UInt8]) -> [String] {
        guard let end = bytes.lastIndex(of: 0x0A) else { return [] }
        return bytes[..<end].split(separator: 0x0A, omittingEmptySubsequences: false).map { line in
            String(decoding: line.drop { $0 != 0x20 }.dropFirst(), as: UTF8.self)
        }
    }
}
