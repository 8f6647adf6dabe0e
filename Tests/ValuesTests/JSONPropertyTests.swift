import TestSupport
import Testing
import Values

/// What holds of every value: checked on many that a seed makes.
@Suite struct JSONPropertyTests {
    @Test(arguments: 0..<20 as Range<UInt64>)
    func `every value survives writing and reading`(seed: UInt64) throws {
        var generator = SeededRandom(seed: seed)
        for _ in 0..<200 {
            let value = generator.json(depth: 5)
            let text = value.text
            #expect(try JSON(parsing: text) == value)
            #expect(try JSON(parsing: text).text == text)
            #expect(try JSON(parsing: value.prettyText) == value)
            #expect(try JSON(parsing: text).hashValue == value.hashValue)
        }
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `damage is an error or another value and never a trap`(seed: UInt64) {
        var generator = SeededRandom(seed: 1000 + seed)
        let syntax = Array("{}[]\",:\\u0eE+-.tfn \n\u{7F}".utf8) + [0x80, 0xC3, 0xFF]
        for _ in 0..<300 {
            var bytes = generator.json(depth: 4).bytes
            for _ in 0..<Int.random(in: 1...4, using: &generator) where !bytes.isEmpty {
                let place = Int.random(in: bytes.indices, using: &generator)
                let byte = syntax[Int.random(in: syntax.indices, using: &generator)]
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: bytes[place] = byte
                case 1: bytes.insert(byte, at: place)
                case 2: bytes.remove(at: place)
                default: bytes.removeLast(bytes.count - place)
                }
            }
            do {
                let value = try JSON(parsing: bytes)
                #expect(try JSON(parsing: value.bytes) == value)
            } catch {
                #expect((0...bytes.count).contains(error.offset))
                #expect(error.line >= 1 && error.column >= 1 && !error.message.isEmpty)
            }
        }
    }

    @Test(arguments: 0..<10 as Range<UInt64>)
    func `doubles come back with every bit`(seed: UInt64) throws {
        var generator = SeededRandom(seed: 2000 + seed)
        for _ in 0..<2000 {
            let value = generator.double()
            let read = try JSON(parsing: JSON.double(value).text)
            #expect(read == .double(value))
        }
    }

    @Test(arguments: 0..<10 as Range<UInt64>)
    func `decimals are read as the standard library reads them`(seed: UInt64) throws {
        var generator = SeededRandom(seed: 3000 + seed)
        for _ in 0..<2000 {
            let whole = generator.next() >> UInt64.random(in: 0..<64, using: &generator)
            let digits = (0..<Int.random(in: 1...24, using: &generator)).map { _ in
                String(Int.random(in: 0..<10, using: &generator))
            }
            let sign = Bool.random(using: &generator) ? "-" : ""
            let text = "\(sign)\(whole).\(digits.joined())"
            #expect(try JSON(parsing: text) == .double(#require(Double(text))))
        }
    }

    @Test(arguments: 0..<10 as Range<UInt64>)
    func `objects that repeat their names keep them apart`(seed: UInt64) throws {
        var generator = SeededRandom(seed: 4000 + seed)
        // Few names in many orders, and many names: both fill the tables of names.
        let names = (0..<(seed % 2 == 0 ? 12 : 900)).map { "a long name of a member \($0)" }
        let objects = (0..<300).map { _ in
            names.shuffled(using: &generator).prefix(Int.random(in: 0..<9, using: &generator))
        }
        let text = objects.map { object in
            "{\(object.map { "\"\($0)\":\"value of \($0)\"" }.joined(separator: ","))}"
        }
        let value = try JSON(parsing: "[\(text.joined(separator: ","))]")
        for (index, object) in objects.enumerated() {
            let read = try #require(value[index]?.objectValue)
            #expect(read.keys == object.sorted())
            for name in object { #expect(read[name] == .string("value of \(name)")) }
        }
    }
}
