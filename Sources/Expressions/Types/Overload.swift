/// One way in which a function can be called.
struct Overload {
    /// What an argument must be.
    enum Parameter {
        case any, scalar, bool, int, uint, double, string, bytes, timestamp, duration
        case list, map, optional, number, listOfStrings, listOfNumbers, listOfOptionals

        /// Whether a type that is no union can be this.
        func takes(_ type: ExpressionType) -> Bool {
            switch (self, type) {
            case (.any, _), (_, .dyn): true
            case (.scalar, .list), (.scalar, .map), (.scalar, .object), (.scalar, .null),
                (.scalar, .optional):
                false
            case (.scalar, _): true
            case (.bool, .bool), (.int, .int), (.uint, .uint), (.double, .double),
                (.string, .string), (.bytes, .bytes), (.timestamp, .timestamp),
                (.duration, .duration), (.list, .list), (.map, .map), (.map, .object),
                (.optional, .optional), (.number, .int), (.number, .uint), (.number, .double):
                true
            case (.listOfStrings, .list(let element)):
                element.isDynamic || element.alternatives.contains(where: Parameter.string.takes)
            case (.listOfNumbers, .list(let element)):
                element.isDynamic || element.alternatives.contains(where: Parameter.number.takes)
            case (.listOfOptionals, .list(let element)):
                element.isDynamic || element.alternatives.contains(where: Parameter.optional.takes)
            default: false
            }
        }
    }

    /// What the call gives.
    enum Result {
        case type(ExpressionType)
        /// The type of an argument.
        case argument
        /// A list of the first argument's elements.
        case elements
        /// One of the first argument's elements, if there is one.
        case optionalElement
        /// The first argument, or none.
        case optionalArgument
        /// What the first argument holds.
        case held
        /// One of the arguments, or of the first one's elements.
        case extremum
    }

    let parameters: [Parameter]
    let result: Result

    init(_ parameters: [Parameter], _ result: Result) {
        self.parameters = parameters
        self.result = result
    }

    init(_ parameters: Parameter..., gives type: ExpressionType) {
        self.init(parameters, .type(type))
    }

    /// The ways to call a function, the receiver of a method being its first argument.
    static func all(of function: Function) -> [Overload] {
        switch function {
        case .size:
            [Parameter.string, .bytes, .list, .map].map { Overload([$0], .type(.int)) }
        case .contains, .startsWith, .endsWith, .matches: [Overload(.string, .string, gives: .bool)]
        case .int:
            conversion(from: [.int, .uint, .double, .string, .timestamp], to: .int)
        case .uint: conversion(from: [.uint, .int, .double, .string], to: .uint)
        case .double: conversion(from: [.double, .int, .uint, .string], to: .double)
        case .bool: conversion(from: [.bool, .string], to: .bool)
        case .string: [Overload(.scalar, gives: .string)]
        case .bytes: conversion(from: [.bytes, .string], to: .bytes)
        case .timestamp: conversion(from: [.timestamp, .int, .string], to: .timestamp)
        case .duration: conversion(from: [.duration, .string], to: .duration)
        case .dyn: [Overload(.any, gives: .dyn)]
        case .type: [Overload(.any, gives: .type)]
        case .getHours, .getMinutes, .getSeconds, .getMilliseconds:
            timeField + [Overload(.duration, gives: .int)]
        case .getDate, .getDayOfMonth, .getDayOfWeek, .getDayOfYear, .getFullYear, .getMonth:
            timeField
        default: extensions(function)
        }
    }

    private static func conversion(
        from parameters: [Parameter], to type: ExpressionType
    ) -> [Overload] {
        parameters.map { Overload([$0], .type(type)) }
    }

    private static let timeField = [
        Overload(.timestamp, gives: .int), Overload(.timestamp, .string, gives: .int),
    ]

    private static func extensions(_ function: Function) -> [Overload] {
        switch function {
        case .charAt: [Overload(.string, .int, gives: .string)]
        case .indexOf, .lastIndexOf:
            [
                Overload(.string, .string, gives: .int),
                Overload(.string, .string, .int, gives: .int),
            ]
        case .join:
            [
                Overload(.listOfStrings, gives: .string),
                Overload(.listOfStrings, .string, gives: .string),
            ]
        case .lowerAscii, .upperAscii, .trim, .quote: [Overload(.string, gives: .string)]
        case .replace:
            [
                Overload(.string, .string, .string, gives: .string),
                Overload(.string, .string, .string, .int, gives: .string),
            ]
        case .split:
            [
                Overload(.string, .string, gives: .list(.string)),
                Overload(.string, .string, .int, gives: .list(.string)),
            ]
        case .substring:
            [
                Overload(.string, .int, gives: .string),
                Overload(.string, .int, .int, gives: .string),
            ]
        case .reverse: [Overload(.string, gives: .string), Overload([.list], .elements)]
        case .format: [Overload(.string, .list, gives: .string)]
        case .base64Encode: [Overload(.bytes, gives: .string)]
        case .base64Decode: [Overload(.string, gives: .bytes)]
        case .jsonEncode: [Overload(.any, gives: .string)]
        case .jsonDecode: [Overload(.string, gives: .dyn)]
        case .setsContains, .setsEquivalent, .setsIntersects:
            [Overload(.list, .list, gives: .bool)]
        default: math(function)
        }
    }

    private static func math(_ function: Function) -> [Overload] {
        switch function {
        case .ceil, .floor, .round, .trunc: [Overload(.double, gives: .double)]
        case .isNaN, .isInf, .isFinite: [Overload(.double, gives: .bool)]
        case .abs, .sign: [Parameter.int, .uint, .double].map { Overload([$0], .argument) }
        case .sqrt: [Overload(.number, gives: .double)]
        case .bitAnd, .bitOr, .bitXor:
            [Overload(.int, .int, gives: .int), Overload(.uint, .uint, gives: .uint)]
        case .bitNot: [Overload(.int, gives: .int), Overload(.uint, gives: .uint)]
        case .bitShiftLeft, .bitShiftRight:
            [Overload(.int, .int, gives: .int), Overload(.uint, .int, gives: .uint)]
        default: lists(function)
        }
    }

    private static func lists(_ function: Function) -> [Overload] {
        switch function {
        case .optionalOf, .optionalOfNonZeroValue: [Overload([.any], .optionalArgument)]
        case .optionalNone: [Overload([], .type(.optional(.dyn)))]
        case .hasValue: [Overload(.optional, gives: .bool)]
        case .value: [Overload([.optional], .held)]
        case .optionalUnwrap: [Overload(.listOfOptionals, gives: .list(.dyn))]
        case .distinct, .sort: [Overload([.list], .elements)]
        case .flatten:
            [Overload(.list, gives: .list(.dyn)), Overload(.list, .int, gives: .list(.dyn))]
        case .slice: [Overload([.list, .int, .int], .elements)]
        case .range: [Overload(.int, gives: .list(.int))]
        case .first, .last: [Overload([.list], .optionalElement)]
        default: []
        }
    }
}
