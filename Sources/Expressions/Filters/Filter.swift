/// The filters of templates: what stands behind a `|`.
enum Filter: UInt8, Sendable {
    case abs, base64Decode, base64Encode, batch, capitalize, `default`, dictsort, escape, first
    case float, groupby, indent, int, items, join, json, last, length, list, lower, map, max, min
    case raw, reject, rejectattr, replace, reverse, round, select, selectattr, shell, slice, sort
    case split, string, sum, title, trim, truncate, unique, upper, urlencode, wordcount
}

/// What a filter is called, and what it takes.
struct FilterSignature: Sendable {
    let name: String
    let filter: Filter
    /// The names of the arguments, in their order.
    let parameters: [String]
    /// How many of them must be given.
    let required: Int

    /// The filters by name.
    static let named = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

    /// Whether the filter applies another filter or a test to each element.
    var isOfItems: Bool {
        switch filter {
        case .map, .select, .reject, .selectattr, .rejectattr: true
        default: false
        }
    }

    private init(
        _ name: String, _ filter: Filter, _ parameters: [String] = [], required: Int = 0
    ) {
        self.name = name
        self.filter = filter
        self.parameters = parameters
        self.required = required
    }

    private static let order = ["case_sensitive", "attribute"]

    private static let all = [
        FilterSignature("abs", .abs),
        FilterSignature("b64decode", .base64Decode),
        FilterSignature("b64encode", .base64Encode),
        FilterSignature("batch", .batch, ["linecount", "fill_with"], required: 1),
        FilterSignature("capitalize", .capitalize),
        FilterSignature("count", .length),
        FilterSignature("d", .default, ["default_value", "boolean"]),
        FilterSignature("default", .default, ["default_value", "boolean"]),
        FilterSignature("dictsort", .dictsort, ["case_sensitive", "by", "reverse"]),
        FilterSignature("e", .escape),
        FilterSignature("escape", .escape),
        FilterSignature("first", .first),
        FilterSignature("float", .float, ["default"]),
        FilterSignature("groupby", .groupby, ["attribute"], required: 1),
        FilterSignature("indent", .indent, ["width", "first", "blank"]),
        FilterSignature("int", .int, ["default", "base"]),
        FilterSignature("items", .items),
        FilterSignature("join", .join, ["d", "attribute"]),
        FilterSignature("json", .json, ["indent"]),
        FilterSignature("last", .last),
        FilterSignature("length", .length),
        FilterSignature("list", .list),
        FilterSignature("lower", .lower),
        FilterSignature("map", .map, ["attribute", "default"]),
        FilterSignature("max", .max, order),
        FilterSignature("min", .min, order),
        FilterSignature("raw", .raw),
        FilterSignature("reject", .reject),
        FilterSignature("rejectattr", .rejectattr),
        FilterSignature("replace", .replace, ["old", "new", "count"], required: 2),
        FilterSignature("reverse", .reverse),
        FilterSignature("round", .round, ["precision", "method"]),
        FilterSignature("safe", .raw),
        FilterSignature("select", .select),
        FilterSignature("selectattr", .selectattr),
        FilterSignature("shell", .shell),
        FilterSignature("slice", .slice, ["slices", "fill_with"], required: 1),
        FilterSignature("sort", .sort, ["reverse"] + order),
        FilterSignature("split", .split, ["sep", "maxsplit"]),
        FilterSignature("string", .string),
        FilterSignature("sum", .sum, ["attribute", "start"]),
        FilterSignature("title", .title),
        FilterSignature("tojson", .json, ["indent"]),
        FilterSignature("trim", .trim, ["chars"]),
        FilterSignature("truncate", .truncate, ["length", "killwords", "end", "leeway"]),
        FilterSignature("unique", .unique, order),
        FilterSignature("upper", .upper),
        FilterSignature("urlencode", .urlencode),
        FilterSignature("wordcount", .wordcount),
    ]
}

/// The tests that `select` and `reject` apply to each element.
enum FilterTest: String, Sendable, CaseIterable {
    case truthy, defined, none, odd, even, divisibleby, string, number, mapping, sequence, boolean
    case equal = "eq"
    case notEqual = "ne"
    case less = "lt"
    case lessOrEqual = "le"
    case greater = "gt"
    case greaterOrEqual = "ge"
    case memberOf = "in"

    /// The other names of tests.
    private static let aliases: [String: FilterTest] = [
        "equalto": .equal, "==": .equal, "!=": .notEqual, "<": .less, "lessthan": .less,
        "<=": .lessOrEqual, ">": .greater, "greaterthan": .greater, ">=": .greaterOrEqual,
    ]

    /// The test of a name.
    static func named(_ name: String) -> FilterTest? { FilterTest(rawValue: name) ?? aliases[name] }

    /// Whether it compares with an argument.
    var takesArgument: Bool {
        switch self {
        case .truthy, .defined, .none, .odd, .even, .string, .number, .mapping, .sequence,
            .boolean:
            false
        default: true
        }
    }
}

/// A filter as it stands in an expression.
struct FilterCall: Sendable {
    var filter: Filter
    var name: Int32
    var operand: NodeIndex
    /// One for each parameter, or -1 where it is not given; for a filter of items, its arguments.
    var arguments: [NodeIndex]
    /// What is done with each element, of filters that say that by their first argument.
    var item: Item?

    enum Item: Sendable {
        /// Takes a field.
        case attribute([String])
        /// Applies a filter, with the arguments of the call.
        case filter(Filter)
        /// Applies a test to the element, or to a field of it.
        case test(FilterTest, of: [String])
    }
}
