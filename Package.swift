// swift-tools-version: 6.2
import PackageDescription

/// Every Swift target is compiled under the same strict rules.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

/// A thin C target over one system library: its headers, and what Swift cannot import from them.
func shim(_ name: String, library: String? = nil) -> Target {
    .target(
        name: name,
        path: "Sources/Shims/\(name)",
        linkerSettings: library.map { [.linkedLibrary($0)] } ?? [])
}

/// A room of the architecture, which may import exactly what it lists here.
///
/// A room with invariants of its own tells them in an `AGENTS.md`, which is no source.
func room(
    _ name: String, _ imports: [Target.Dependency] = [], linking libraries: [String] = [],
    hasInvariants: Bool = false
) -> Target {
    .target(
        name: name, dependencies: imports, exclude: hasInvariants ? ["AGENTS.md"] : [],
        swiftSettings: strict,
        linkerSettings: libraries.map { .linkedLibrary($0) })
}

func tests(
    _ name: String, _ imports: [Target.Dependency], excluding files: [String] = []
) -> Target {
    .testTarget(
        name: name, dependencies: ["TestSupport"] + imports, exclude: files, swiftSettings: strict)
}

let package = Package(
    name: "llm-orchestrator",
    products: [
        .executable(name: "llm-orchestrator", targets: ["llm-orchestrator"]),
        .library(name: "SimulationKit", targets: ["SimulationKit"]),
    ],
    targets: [
        shim("CGit2", library: "git2"),
        shim("CYAML", library: "yaml"),
        shim("CCurl", library: "curl"),
        shim("CMicroHTTPD", library: "microhttpd"),
        shim("CSQLite", library: "sqlite3"),
        shim("CCrypto", library: "crypto"),
        shim("CPOSIX"),

        // libm: rounding a Double is a call there unless something else links Foundation.
        room("Values", linking: ["m"]),
        room("POSIX", ["CPOSIX", "Values"], hasInvariants: true),
        room("Crypto", ["CCrypto", "Values"]),
        room("YAML", ["CYAML", "Values"]),
        room(
            "HTTP", ["CCurl", "CMicroHTTPD", "CPOSIX", "POSIX", "Values"], hasInvariants: true),
        room("Git", ["CGit2", "HTTP", "POSIX", "Values"], hasInvariants: true),
        room("SQLite", ["CSQLite", "Values"]),
        room("Patterns"),
        room("Schemas", ["Patterns", "Values"]),
        room("Resources", ["Schemas", "Values"]),
        room("Observability", ["Values"]),
        room("Admission", ["Values"]),
        room("Expressions", ["Patterns", "Values"], hasInvariants: true),
        room(
            "Workflows",
            ["Crypto", "Expressions", "Patterns", "Resources", "Schemas", "Values", "YAML"],
            hasInvariants: true),
        room(
            "Engine", ["Crypto", "Expressions", "Resources", "Values", "Workflows"],
            hasInvariants: true),
        room(
            "Kubernetes", ["Crypto", "HTTP", "POSIX", "Values", "YAML"], hasInvariants: true),
        room(
            "ControlPlane", ["Crypto", "HTTP", "POSIX", "Schemas", "SQLite", "Values", "YAML"],
            hasInvariants: true),
        room(
            "GitOps",
            [
                "Crypto", "Git", "HTTP", "Kubernetes", "Observability", "POSIX", "Resources",
                "Values", "Workflows",
            ]),
        room("Streams", ["Crypto", "Expressions", "POSIX", "Values", "Workflows"]),
        room(
            "Executors",
            ["Admission", "Expressions", "HTTP", "POSIX", "Streams", "Values", "Workflows"]),
        room(
            "Operator",
            [
                "Admission", "ControlPlane", "Crypto", "Engine", "Executors", "Expressions", "Git",
                "GitOps", "HTTP", "Kubernetes", "Observability", "POSIX", "Resources", "Schemas",
                "Streams", "Values", "Workflows", "YAML",
            ]),
        room(
            "SimulationKit",
            [
                "Crypto", "Engine", "Executors", "Git", "GitOps", "HTTP", "Kubernetes",
                "Observability", "Operator", "POSIX", "Resources", "Streams", "Values", "Workflows",
                "YAML",
            ]),
        room("Console", ["POSIX", "Values"]),
        .executableTarget(
            name: "llm-orchestrator",
            dependencies: [
                "Admission", "Console", "ControlPlane", "Engine", "Expressions", "Git", "GitOps",
                "HTTP", "Kubernetes", "Observability",
                "Operator", "POSIX", "Resources", "Schemas", "Values", "Workflows", "YAML",
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "simulate", dependencies: ["POSIX", "SimulationKit", "Values"],
            swiftSettings: strict),
        .executableTarget(
            name: "Benchmarks",
            dependencies: [
                "Admission", "ControlPlane", "Crypto", "Engine", "Executors", "Expressions",
                "GitOps",
                "HTTP", "Kubernetes", "Observability", "Operator", "POSIX", "Resources", "SQLite",
                "Values", "Workflows", "YAML",
            ],
            swiftSettings: strict),

        .target(
            name: "TestSupport", dependencies: ["POSIX", "Values"], path: "Tests/TestSupport",
            swiftSettings: strict),
        tests("ValuesTests", ["Values"]),
        tests("POSIXTests", ["POSIX", "Values"]),
        tests("CryptoTests", ["Crypto", "Values"]),
        tests("YAMLTests", ["Values", "YAML"]),
        tests("GitTests", ["Git", "HTTP", "POSIX", "Values"]),
        tests("HTTPTests", ["HTTP", "POSIX", "Values"]),
        tests("SQLiteTests", ["POSIX", "SQLite", "Values"]),
        tests("PatternsTests", ["Patterns"]),
        tests("SchemasTests", ["Schemas", "Values"]),
        tests("ResourcesTests", ["POSIX", "Resources", "Schemas", "Values", "YAML"]),
        tests("ObservabilityTests", ["Observability", "Values"]),
        tests("AdmissionTests", ["Admission"]),
        tests("ExpressionsTests", ["Expressions", "POSIX", "Values"], excluding: ["Fixtures"]),
        tests(
            "WorkflowsTests",
            ["Expressions", "POSIX", "Resources", "Schemas", "Values", "Workflows", "YAML"],
            excluding: ["Fixtures"]),
        tests(
            "EngineTests", ["Engine", "Expressions", "Resources", "Values", "Workflows"],
            excluding: ["Fixtures"]),
        tests("KubernetesTests", ["HTTP", "Kubernetes", "POSIX", "Values"]),
        tests(
            "ControlPlaneTests",
            [
                "ControlPlane", "HTTP", "Kubernetes", "POSIX", "Resources", "SQLite", "Schemas",
                "Values",
            ]),
        tests(
            "GitOpsTests",
            [
                "Crypto", "Git", "GitOps", "HTTP", "Kubernetes", "POSIX", "Resources", "Values",
                "Workflows", "YAML",
            ]),
        tests("StreamsTests", ["Expressions", "POSIX", "Streams", "Values", "Workflows"]),
        tests(
            "ExecutorsTests",
            [
                "Admission", "Executors", "Expressions", "HTTP", "POSIX", "Streams", "Values",
                "Workflows",
            ]),
        tests(
            "OperatorTests",
            [
                "ControlPlane", "Engine", "Executors", "GitOps", "HTTP", "Kubernetes",
                "Observability", "Operator", "POSIX", "Resources", "Streams", "Values", "Workflows",
                "YAML",
            ]),
        tests("ConsoleTests", ["Console", "Values"]),
        tests("SimulationKitTests", ["POSIX", "SimulationKit", "simulate"]),
        tests(
            "EndToEndTests",
            [
                "ControlPlane", "Executors", "GitOps", "HTTP", "Kubernetes", "Operator", "POSIX",
                "Resources", "Values", "YAML", "llm-orchestrator",
            ]),
        tests("TidyTests", ["POSIX", "Values"]),
    ]
)
