import Values

/// What is committed while the server is killed again and again, and how it must end.
struct CrashWorkload: Sendable {
    /// The tasks of a chain, each of which adds one to what the one before gave.
    static let chainLength = 12

    let effects: Effects
    let never: Gate

    /// The files of one round: three workflows of names of their own.
    func round(_ number: Int) -> [String: String?] {
        [
            "report-\(number).yaml": report("report-\(number)"),
            "words-\(number).yaml": words("words-\(number)"),
            "chain-\(number).yaml": chain("chain-\(number)"),
        ]
    }

    /// The outputs that the runs of a round must end with.
    func outputs(_ number: Int) -> [String: JSON] {
        [
            "report-\(number)": ["report": "Oslo: 42 orders"],
            "words-\(number)": ["words": 9],
            "chain-\(number)": ["steps": .integer(Int64(CrashWorkload.chainLength))],
        ]
    }

    /// One whose task never ends by itself.
    var long: String {
        Manifest.workflow(
            "long", ["tasks": [step("import", never.wait)]])
    }

    private func step(_ id: String, _ script: String, _ more: JSONObject = [:]) -> JSON {
        Manifest.command(id, "\(effects.note("start"))\n\(script)", more)
    }

    /// Fails until two of its failures are noted, whatever number its attempts have by then.
    private var flaky: String {
        """
        failed=$(grep -c "^$ORCHESTRATOR_RUN_UID upload .* failed$" \(effects.path))
        if [ "$failed" -lt 2 ]; then \(effects.note("failed")); exit 1; fi
        echo uploaded
        """
    }

    private func report(_ name: String) -> String {
        Manifest.workflow(
            name,
            [
                "inputs": [["name": "city", "type": "string", "default": "Oslo"]],
                "tasks": [
                    step("fetch", "sleep 0.1; echo '{\"orders\": 42}'"),
                    step(
                        "upload", flaky,
                        [
                            "dependsOn": ["fetch"],
                            "retryPolicy": ["maxAttempts": 3, "initialInterval": "100ms"],
                        ]),
                    step(
                        "page", "echo paged",
                        ["condition": "${{ tasks.fetch.outputs.json.orders < 10 }}"]),
                    Manifest.value(
                        "report",
                        "${{ workflow.inputs.city }}: ${{ tasks.fetch.outputs.json.orders }} orders",
                        ["dependsOn": ["upload"]]),
                ], "outputs": ["report": "${{ tasks.report.outputs.value }}"],
            ])
    }

    private func words(_ name: String) -> String {
        let parts = (1...3).map { step("part-\($0)", "sleep 0.0\($0 * 3); echo 3") }
        let sum = (1...3).map { "int(tasks.part-\($0).outputs.json)" }.joined(separator: " + ")
        return Manifest.workflow(
            name,
            [
                "tasks": .array(parts + [Manifest.value("total", .string("${{ \(sum) }}"))]),
                "outputs": ["words": "${{ tasks.total.outputs.value }}"],
            ])
    }

    private func chain(_ name: String) -> String {
        let steps = (1...CrashWorkload.chainLength).map { number in
            let before =
                number == 1 ? "0" : "${{ tasks.step-\(number - 1).outputs.json }}"
            return step("step-\(number)", "sleep 0.03; echo $((\(before) + 1))")
        }
        let last = "${{ tasks.step-\(CrashWorkload.chainLength).outputs.json }}"
        return Manifest.workflow(
            name, ["tasks": .array(steps), "outputs": ["steps": .string(last)]])
    }
}
