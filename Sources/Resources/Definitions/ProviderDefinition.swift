import Schemas

extension ResourceDefinition {
    /// `Provider`: a service that tasks send requests to, with its limits and its health.
    public static let provider = ResourceDefinition(
        kind: "Provider", plural: "providers", shortNames: ["prov"],
        schema: CommonSchemas.resource(
            "A service that tasks send requests to: how it is reached, how much it takes, and how it"
                + " does.",
            spec: providerSpec, status: providerStatus),
        printerColumns: [
            CommonSchemas.ready,
            PrinterColumn("Circuit", ".status.breaker.state", description: "The circuit's state."),
            PrinterColumn(
                "Degraded", ".status.conditions[?(@.type==\"Degraded\")].status",
                description: "Whether its health is worse than asked."),
            CommonSchemas.statusMessage,
            CommonSchemas.age,
            PrinterColumn("Type", ".spec.type", description: "The protocol.", priority: 1),
            PrinterColumn("Endpoint", ".spec.endpoint", description: "The URL.", priority: 1),
            PrinterColumn(
                "P99", ".status.health.p99", description: "What 99 of 100 requests keep.",
                priority: 1),
        ])

    private static let providerSpec = Schema.object(
        "How the service is reached, and what holds for requests to it.",
        [
            "type": .string(
                "The protocol it speaks, such as http, openai or anthropic.", minimumLength: 1,
                maximumLength: 63),
            "endpoint": .string(
                "The URL that paths of tasks are added to.", pattern: "^https?://.+$",
                maximumLength: 2048),
            "secretRef": .object(
                "The Secret with its credentials, in the same namespace.", required: ["name"],
                [
                    "name": .string("Its name.", minimumLength: 1, maximumLength: 253),
                    "key": .string("The key in it.", minimumLength: 1, maximumLength: 253),
                ]),
            "apiVersion": .string("The version of its API that is asked for.", maximumLength: 63),
            "limits": limits,
            "prices": .freeObject("What its use costs, by model and kind of token."),
            "breaker": breaker,
            "retryBudget": .object(
                "How large a part of the requests may be repetitions.",
                [
                    "ratio": .number(
                        "The part of a repetition that a success pays for; 0.2 where absent.",
                        minimum: 0, maximum: 10),
                    "minimumPerSecond": .number(
                        "How many repetitions a second there always are; 1 where absent.",
                        minimum: 0.001, maximum: 10_000),
                    "capacity": .number(
                        "The most repetitions that are saved up; 100 where absent.", minimum: 1,
                        maximum: 1_000_000),
                ]),
            "fallbacks": .array(
                "The providers of the same namespace that are asked while this one is out of order,"
                    + " best first.",
                of: .string("The name of a Provider.", minimumLength: 1, maximumLength: 253),
                listType: .atomic, maximumItems: 8),
            "health": .object(
                "What is asked of it over the window of its breaker; below that, fallbacks are"
                    + " asked.",
                [
                    "errorRate": .number(
                        "The greatest part of requests that may fail.", minimum: 0, maximum: 1),
                    "successRate": .number(
                        "The least part of requests that must succeed.", minimum: 0, maximum: 1),
                    "p99": CommonSchemas.duration("What 99 of 100 requests must keep."),
                ]),
            "maximumWait": CommonSchemas.duration(
                "How long an attempt waits while it and all fallbacks are out of order, before it"
                    + " fails with CircuitOpenError; 5m where absent."),
        ])

    private static let limits = Schema.object(
        "How much it takes.",
        [
            "requestsPerMinute": .integer("The most requests a minute.", minimum: 1),
            "tokensPerMinute": .integer("The most tokens a minute.", minimum: 1),
            "maxConcurrent": .integer("The most requests at once.", minimum: 1),
        ])

    private static let breaker = Schema.object(
        "When requests to it are held back.",
        [
            "failureThreshold": .number(
                "The part of failed requests at which the circuit opens; 0.5 where absent.",
                minimum: 0.01, maximum: 1),
            "minimumRequests": .integer(
                "How many requests the window must hold before it opens; 10 where absent.",
                minimum: 1, maximum: 1_000_000),
            "window": CommonSchemas.duration("How far back requests count; 60s where absent."),
            "openDuration": CommonSchemas.duration("How long it stays open; 30s where absent."),
            "halfOpenProbes": .integer(
                "How many requests try whether it works again; 1 where absent.", minimum: 1,
                maximum: 1000),
        ])

    private static let providerStatus = Schema.object(
        "How the service does, as the requests to it tell.",
        [
            "conditions": CommonSchemas.conditions,
            "observedGeneration": CommonSchemas.observedGeneration,
            "breaker": .object(
                "Its circuit.",
                [
                    "state": .string(
                        "Closed lets requests pass, Open holds them back, HalfOpen lets a few try.",
                        enum: ["Closed", "Open", "HalfOpen"]),
                    "since": .timestamp("When it came to that."),
                    "until": .timestamp("When an open circuit lets the first try."),
                    "requests": .integer("The requests that count now.", minimum: 0),
                    "failures": .integer("How many of them failed.", minimum: 0),
                    "holder": .string("The process that found it so."),
                ]),
            "observedLimits": .object(
                "What it told of its limits.",
                [
                    "requests": quota("Of requests."), "tokens": quota("Of tokens."),
                    "pausedUntil": .timestamp("It takes no request before."),
                ]),
            "quota": quotaLedger,
            "health": .object(
                "How it did over the window of its breaker.",
                [
                    "requests": .integer("The requests that ended.", minimum: 0),
                    "errorRate": .number("The part that failed.", minimum: 0, maximum: 1),
                    "successRate": .number("The part that succeeded.", minimum: 0, maximum: 1),
                    "p99": .string("What 99 of 100 requests kept, rounded up."),
                ]),
        ])

    private static let quotaLedger = Schema.object(
        "What all processes have taken of its limits; each takes more by a write of this.",
        [
            "fullAt": .object(
                "When the buckets will be full again; one that is not named is.",
                [
                    "requests": .timestamp("That of requests."),
                    "tokens": .timestamp("That of tokens."),
                    "retries": .timestamp("That of repetitions."),
                ]),
            "shares": .array(
                "The processes that hold permits, or want more than they got.",
                of: .object(
                    "One process.", required: ["holder", "expires"],
                    [
                        "holder": .string("Its name in this life."),
                        "expires": .timestamp("When its permits are free, unless it renews them."),
                        "served": .timestamp("When it took tokens last."),
                        "taken": .object(
                            "What it took beside others, so that nobody runs ahead.",
                            [
                                "requests": figure("Requests."), "tokens": figure("Tokens."),
                                "retries": figure("Repetitions."),
                            ]),
                        "permits": places("The requests it may have under way."),
                        "wanted": .object(
                            "Roughly what it would take.",
                            [
                                "permits": places("Requests under way."),
                                "requests": figure("Requests."), "tokens": figure("Tokens."),
                                "retries": figure("Repetitions."),
                            ]),
                    ]), listType: .atomic, maximumItems: 64),
        ])

    /// A figure of a ledger: `AdmissionLimits.figure` is the most.
    private static func figure(_ description: String) -> Schema {
        .integer(description, minimum: 0, maximum: 1 << 53)
    }

    /// Requests at once: `AdmissionLimits.concurrent` is the most.
    private static func places(_ description: String) -> Schema {
        .integer(description, minimum: 0, maximum: 1 << 31)
    }

    private static func quota(_ description: String) -> Schema {
        .object(
            description,
            [
                "limit": .integer("How much a minute.", minimum: 0),
                "remaining": .integer("How much was left.", minimum: 0),
                "reset": .string("After what time all of it was to be there again."),
            ])
    }
}
