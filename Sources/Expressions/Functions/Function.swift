/// The functions of the language.
enum Function: UInt8, Sendable {
    case size, contains, startsWith, endsWith, matches
    case int, uint, double, bool, string, bytes, timestamp, duration, dyn, type
    case getDate, getDayOfMonth, getDayOfWeek, getDayOfYear, getFullYear, getHours
    case getMilliseconds, getMinutes, getMonth, getSeconds
    case charAt, indexOf, lastIndexOf, join, lowerAscii, upperAscii, replace, split, substring
    case trim, reverse, format, quote
    case greatest, least, ceil, floor, round, trunc, abs, sign, isNaN, isInf, isFinite, sqrt
    case bitAnd, bitOr, bitXor, bitNot, bitShiftLeft, bitShiftRight
    case optionalOf, optionalNone, optionalOfNonZeroValue, hasValue, value, or, orValue
    case optionalUnwrap
    case distinct, flatten, slice, sort, range, first, last
    case setsContains, setsEquivalent, setsIntersects
    case base64Encode, base64Decode, jsonEncode, jsonDecode
}

/// One way to call a function.
struct FunctionSignature: Sendable {
    let name: String
    let function: Function
    let isMethod: Bool
    /// How many arguments it takes, the receiver of a method not counted.
    let arguments: ClosedRange<Int>

    /// The signatures by name, those of functions and those of methods.
    static let functions = Dictionary(grouping: all.filter { !$0.isMethod }, by: \.name)
        .compactMapValues(\.first)
    static let methods = Dictionary(grouping: all.filter(\.isMethod), by: \.name)
        .compactMapValues(\.first)

    /// The names before a dot that are no variables: `math` in `math.abs`.
    static let namespaces: Set<String> = Set(
        all.compactMap { signature in
            signature.name.split(separator: ".").count == 2
                ? signature.name.split(separator: ".").first.map(String.init) : nil
        } + ["cel"])

    /// The macros, for guessing what a misspelt name meant.
    static let macroNames = [
        "all", "exists", "exists_one", "existsOne", "filter", "map", "sortBy", "transformList",
        "transformMap", "transformMapEntry", "optMap", "optFlatMap",
    ]

    private static func global(
        _ name: String, _ function: Function, _ arguments: ClosedRange<Int> = 1...1
    ) -> FunctionSignature {
        FunctionSignature(name: name, function: function, isMethod: false, arguments: arguments)
    }

    private static func method(
        _ name: String, _ function: Function, _ arguments: ClosedRange<Int> = 0...0
    ) -> FunctionSignature {
        FunctionSignature(name: name, function: function, isMethod: true, arguments: arguments)
    }

    private static let all: [FunctionSignature] =
        standard + time + strings + math + optionals + lists + encoders

    private static let standard = [
        global("size", .size), method("size", .size),
        method("contains", .contains, 1...1), method("startsWith", .startsWith, 1...1),
        method("endsWith", .endsWith, 1...1), method("matches", .matches, 1...1),
        global("matches", .matches, 2...2),
        global("int", .int), global("uint", .uint), global("double", .double),
        global("bool", .bool), global("string", .string), global("bytes", .bytes),
        global("timestamp", .timestamp), global("duration", .duration), global("dyn", .dyn),
        global("type", .type),
    ]

    private static let time = [
        method("getDate", .getDate, 0...1), method("getDayOfMonth", .getDayOfMonth, 0...1),
        method("getDayOfWeek", .getDayOfWeek, 0...1), method("getDayOfYear", .getDayOfYear, 0...1),
        method("getFullYear", .getFullYear, 0...1), method("getHours", .getHours, 0...1),
        method("getMilliseconds", .getMilliseconds, 0...1),
        method("getMinutes", .getMinutes, 0...1), method("getMonth", .getMonth, 0...1),
        method("getSeconds", .getSeconds, 0...1),
    ]

    private static let strings = [
        method("charAt", .charAt, 1...1), method("indexOf", .indexOf, 1...2),
        method("lastIndexOf", .lastIndexOf, 1...2), method("join", .join, 0...1),
        method("lowerAscii", .lowerAscii), method("upperAscii", .upperAscii),
        method("replace", .replace, 2...3), method("split", .split, 1...2),
        method("substring", .substring, 1...2), method("trim", .trim),
        method("reverse", .reverse), method("format", .format, 1...1),
        global("strings.quote", .quote),
    ]

    private static let math = [
        global("math.greatest", .greatest, 1...64), global("math.least", .least, 1...64),
        global("math.ceil", .ceil), global("math.floor", .floor), global("math.round", .round),
        global("math.trunc", .trunc), global("math.abs", .abs), global("math.sign", .sign),
        global("math.isNaN", .isNaN), global("math.isInf", .isInf),
        global("math.isFinite", .isFinite), global("math.sqrt", .sqrt),
        global("math.bitAnd", .bitAnd, 2...2), global("math.bitOr", .bitOr, 2...2),
        global("math.bitXor", .bitXor, 2...2), global("math.bitNot", .bitNot),
        global("math.bitShiftLeft", .bitShiftLeft, 2...2),
        global("math.bitShiftRight", .bitShiftRight, 2...2),
    ]

    private static let optionals = [
        global("optional.of", .optionalOf), global("optional.none", .optionalNone, 0...0),
        global("optional.ofNonZeroValue", .optionalOfNonZeroValue),
        global("optional.unwrap", .optionalUnwrap), method("unwrapOpt", .optionalUnwrap),
        method("hasValue", .hasValue), method("value", .value), method("or", .or, 1...1),
        method("orValue", .orValue, 1...1),
    ]

    private static let lists = [
        method("distinct", .distinct), method("flatten", .flatten, 0...1),
        method("slice", .slice, 2...2), method("sort", .sort), global("lists.range", .range),
        method("first", .first), method("last", .last),
        global("sets.contains", .setsContains, 2...2),
        global("sets.equivalent", .setsEquivalent, 2...2),
        global("sets.intersects", .setsIntersects, 2...2),
    ]

    private static let encoders = [
        global("base64.encode", .base64Encode), global("base64.decode", .base64Decode),
        global("json.encode", .jsonEncode), global("json.decode", .jsonDecode),
    ]
}
