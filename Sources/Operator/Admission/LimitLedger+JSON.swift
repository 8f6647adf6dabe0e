import Admission
import Values

/// The ledger of a Provider's limits, as its status holds it.
extension LimitLedger {
    /// Reads a status; what is missing or none is that of a provider nobody has used.
    init(status: JSON) {
        var fullAt: [LimitKind: Timestamp] = [:]
        let quota = status["quota"]
        for kind in LimitKind.allCases {
            fullAt[kind] = quota?["fullAt"]?[kind.rawValue]?.stringValue.flatMap { Timestamp($0) }
        }
        let shares = (quota?["shares"]?.arrayValue ?? []).compactMap { Share($0) }
        self.init(fullAt: fullAt, shares: shares)
    }

    /// The ledger as a member of the status; nil where it says nothing.
    var json: JSON? {
        var quota: JSONObject = [:]
        var times: JSONObject = [:]
        for (kind, time) in fullAt { times[kind.rawValue] = .string(time.description) }
        if !times.isEmpty { quota["fullAt"] = .object(times) }
        if !shares.isEmpty { quota["shares"] = .array(shares.map(\.json)) }
        return quota.isEmpty ? nil : .object(quota)
    }
}

extension LimitLedger.Share {
    fileprivate init?(_ json: JSON) {
        guard let holder = json["holder"]?.stringValue,
            let expires = json["expires"]?.stringValue.flatMap({ Timestamp($0) })
        else { return nil }
        let wanted = json["wanted"]
        self.init(
            holder: holder, expires: expires,
            served: json["served"]?.stringValue.flatMap { Timestamp($0) } ?? Timestamp(seconds: 0),
            taken: [LimitKind: Int64](json["taken"]),
            permits: json["permits"]?.integerValue ?? 0,
            wantedPermits: wanted?["permits"]?.integerValue ?? 0,
            wanted: [LimitKind: Int64](wanted))
    }

    fileprivate var json: JSON {
        var json: JSON = [
            "holder": .string(holder), "expires": .string(expires.description),
        ]
        if served > Timestamp(seconds: 0) { json["served"] = .string(served.description) }
        if permits > 0 { json["permits"] = .integer(permits) }
        if !taken.isEmpty { json["taken"] = .object(taken.json) }
        var told = wanted.json
        if wantedPermits > 0 { told["permits"] = .integer(wantedPermits) }
        if !told.isEmpty { json["wanted"] = .object(told) }
        return json
    }
}

extension [LimitKind: Int64] {
    fileprivate init(_ json: JSON?) {
        self.init()
        for kind in LimitKind.allCases {
            guard let count = json?[kind.rawValue]?.integerValue, count > 0 else { continue }
            self[kind] = count
        }
    }

    fileprivate var json: JSONObject {
        var json: JSONObject = [:]
        for (kind, count) in self where count > 0 { json[kind.rawValue] = .integer(count) }
        return json
    }
}
