internal import Values

extension Evaluator {
    /// The fields of moments, in UTC or a zone, and of durations; nil for other values.
    func timeField(
        _ function: Function, _ arguments: [CELValue], at node: NodeIndex
    ) throws(EvaluationError) -> CELValue? {
        switch arguments[0] {
        case .duration(let nanoseconds) where arguments.count == 1:
            return durationField(function, nanoseconds)
        case .timestamp(let moment):
            var east: Int64 = 0
            if arguments.count > 1 {
                guard case .string(let zone) = arguments[1] else { return nil }
                guard let offset = TimeZoneRules.secondsEast(of: zone, at: moment.seconds) else {
                    throw error(
                        .invalidArgument, "no such time zone: \(ValueText.short(arguments[1]))",
                        at: node)
                }
                east = offset
            }
            return timestampField(function, moment, secondsEast: east)
        default: return nil
        }
    }

    private func durationField(_ function: Function, _ nanoseconds: Int64) -> CELValue? {
        switch function {
        case .getHours: .int(nanoseconds / 3_600_000_000_000)
        case .getMinutes: .int(nanoseconds / 60_000_000_000)
        case .getSeconds: .int(nanoseconds / 1_000_000_000)
        // Only the part below the second, unlike the others.
        case .getMilliseconds: .int(nanoseconds % 1_000_000_000 / 1_000_000)
        default: nil
        }
    }

    private func timestampField(
        _ function: Function, _ moment: CELTimestamp, secondsEast: Int64
    ) -> CELValue? {
        let (date, second) = moment.civil(secondsEast: secondsEast)
        switch function {
        case .getFullYear: return .int(date.year)
        case .getMonth: return .int(date.month - 1)
        case .getDate: return .int(date.day)
        case .getDayOfMonth: return .int(date.day - 1)
        case .getDayOfWeek: return .int(date.weekday)
        case .getDayOfYear:
            guard let first = CivilDate(year: date.year, month: 1, day: 1) else { return nil }
            return .int(date.daysSinceEpoch - first.daysSinceEpoch)
        case .getHours: return .int(second / 3600)
        case .getMinutes: return .int(second / 60 % 60)
        case .getSeconds: return .int(second % 60)
        case .getMilliseconds: return .int(Int64(moment.nanoseconds) / 1_000_000)
        default: return nil
        }
    }
}
