/// Finds a part in a whole, in time linear in both (Knuth, Morris and Pratt).
enum Search {
    /// The first place of a part at or after a start.
    static func first<Element: Equatable>(
        _ part: [Element], in whole: [Element], from start: Int
    ) -> Int? {
        var found: Int?
        each(part, in: whole, from: start) { place in
            found = place
            return false
        }
        return found
    }

    /// The places of a part that do not overlap, up to a number of them.
    static func all<Element: Equatable>(
        _ part: [Element], in whole: [Element], limit: Int
    ) -> [Int] {
        var places: [Int] = []
        guard limit > 0 else { return places }
        each(part, in: whole, from: 0) { place in
            places.append(place)
            return places.count < limit
        }
        return places
    }

    /// Calls for each place until told to stop.
    private static func each<Element: Equatable>(
        _ part: [Element], in whole: [Element], from start: Int, _ visit: (Int) -> Bool
    ) {
        guard !part.isEmpty else {
            var place = start
            while place <= whole.count, visit(place) { place += 1 }
            return
        }
        guard start <= whole.count, part.count <= whole.count - start else { return }
        // For each prefix of the part, how much of its end is also its start.
        var borders = Array(repeating: 0, count: part.count)
        var matched = 0
        for index in 1..<max(1, part.count) {
            while matched > 0, part[index] != part[matched] { matched = borders[matched - 1] }
            if part[index] == part[matched] { matched += 1 }
            borders[index] = matched
        }
        matched = 0
        for index in start..<whole.count {
            while matched > 0, whole[index] != part[matched] { matched = borders[matched - 1] }
            if whole[index] == part[matched] { matched += 1 }
            if matched == part.count {
                guard visit(index + 1 - part.count) else { return }
                matched = 0
            }
        }
    }
}
