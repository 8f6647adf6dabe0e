extension String {
    /// The bytes the text takes in canonical JSON, without its quotation marks.
    var sizeInJSON: Int { unicodeScalars.reduce(0) { $0 + $1.sizeInJSON } }

    /// The text cut to at most that many bytes of JSON, at a character, with an ellipsis.
    ///
    /// Texts from outside are cut by what they take in the status and not by what they are: a
    /// message of control characters is six times longer there.
    func cut(toBytes limit: Int) -> String {
        if utf8.count <= limit / 6 || sizeInJSON <= limit { return self }
        let ellipsis: Unicode.Scalar = "…"
        var bytes = ellipsis.sizeInJSON
        var kept = ""
        for character in self {
            bytes += character.unicodeScalars.reduce(0) { $0 + $1.sizeInJSON }
            guard bytes <= limit else { break }
            kept.append(character)
        }
        kept.append(Character(ellipsis))
        return kept
    }
}

extension Unicode.Scalar {
    fileprivate var sizeInJSON: Int {
        switch self {
        case "\"", "\\": 2
        case _ where value < 0x20: 6
        default: UTF8.width(self)
        }
    }
}
