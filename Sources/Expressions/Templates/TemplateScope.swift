/// The names that a template gives to values where an expression of it stands.
///
/// Scopes follow the text: a name set in a loop ends with the turn, one set in an `if` stays. A name
/// that only some branches set is known as such, so that its use is found when the text is read.
struct TemplateScope {
    /// What a name stands for.
    enum Local: Equatable {
        case value(slot: Int32)
        /// The name `loop`, whose fields have slots one behind the other.
        case loop(slot: Int32)
        /// Set in some of the branches before, and not in others.
        case partly
    }

    /// The names of one level: of the text itself, or of the body of a loop.
    struct Level {
        fileprivate(set) var names: [String: Local] = [:]
        /// The slots of names, which they keep in all branches.
        fileprivate var slots: [String: Int32] = [:]
    }

    private var levels = [Level()]
    /// How many slots are in use.
    private(set) var slotCount: Int32 = 0

    /// What a name stands for, the innermost first.
    func local(_ name: String) -> Local? {
        for level in levels.reversed() {
            if let local = level.names[name] { return local }
        }
        return nil
    }

    /// The names of the innermost level.
    var names: [String: Local] { levels[levels.count - 1].names }

    /// Puts other names into the innermost level, as each branch starts from the same ones.
    mutating func restore(_ names: [String: Local]) { levels[levels.count - 1].names = names }

    /// Starts the body of a loop.
    mutating func open() { levels.append(Level()) }

    /// Ends the body of a loop.
    mutating func close() { levels.removeLast() }

    /// Gives a name a value in the innermost level; returns its slot.
    mutating func set(_ name: String) -> Int32 {
        let last = levels.count - 1
        let slot: Int32
        if let known = levels[last].slots[name] {
            slot = known
        } else {
            slot = slotCount
            slotCount += 1
            levels[last].slots[name] = slot
        }
        levels[last].names[name] = .value(slot: slot)
        return slot
    }

    /// Gives `loop` its fields in the innermost level; returns the first slot.
    mutating func setLoop() -> Int32 {
        let slot = slotCount
        slotCount += Int32(LoopField.allCases.count)
        levels[levels.count - 1].names["loop"] = .loop(slot: slot)
        return slot
    }

    /// The names after branches that ended with these: known where all of them agree.
    static func merged(_ branches: [[String: Local]]) -> [String: Local] {
        var result: [String: Local] = [:]
        for name in Set(branches.flatMap(\.keys)) {
            let locals = branches.map { $0[name] }
            result[name] = locals.allSatisfy { $0 == locals[0] } ? locals[0] : .partly
        }
        return result
    }
}

/// What a loop knows of its turn, in the order of the slots.
enum LoopField: String, CaseIterable {
    case index, index0, revindex, revindex0, first, last, length

    /// The field of a name.
    static func named(_ name: String) -> LoopField? { LoopField(rawValue: name) }

    /// The place of its slot behind the first.
    var offset: Int32 { Int32(LoopField.allCases.firstIndex(of: self) ?? 0) }
}
