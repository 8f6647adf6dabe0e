import Console
import Testing
import Values

@Suite struct DrawingTests {
    private let plain = Style(isColoured: false)

    @Test func `each task stands once, under its deepest dependency`() {
        let tree = TaskTree(dependencies: [[], [0], [0], [1, 2], [3, 0]])
        #expect(tree.rows.map(\.task) == [0, 1, 3, 4, 2])
        #expect(
            tree.rows.map(\.prefix) == ["└─ ", "   ├─ ", "   │  └─ ", "   │     └─ ", "   └─ "])
        #expect(tree.rows[2].otherDependencies == [2])
        #expect(tree.rows[3].otherDependencies == [0])
    }

    @Test func `a cycle and a wild index still have a picture`() {
        let tree = TaskTree(dependencies: [[1], [0], [7, 2], []])
        #expect(Set(tree.rows.map(\.task)) == [0, 1, 2, 3])
    }

    @Test func `a long chain needs no stack`() {
        let tree = TaskTree(dependencies: (0..<20_000).map { $0 == 0 ? [] : [$0 - 1] })
        #expect(tree.rows.count == 20_000)
    }

    @Test func `a run shows what each task is doing`() throws {
        let run: JSON = [
            "metadata": ["name": "nightly-1"],
            "status": [
                "phase": "Running", "progress": "1/3", "startTime": "2026-01-01T00:00:00Z",
                "definition": [
                    "tasks": [
                        ["id": "fetch"], ["id": "flaky", "dependsOn": ["fetch"]],
                        ["id": "skip", "dependsOn": ["fetch"]],
                        ["id": "waits", "dependsOn": ["fetch"]],
                    ]
                ],
                "tasks": [
                    "fetch": [
                        "phase": "Completed", "startTime": "2026-01-01T00:00:00Z",
                        "completionTime": "2026-01-01T00:00:01.500Z",
                    ],
                    "flaky": [
                        "phase": "Retrying", "attempt": 2,
                        "nextAttemptTime": "2026-01-01T00:00:05Z",
                        "error": ["message": "exit code 1\nmore"],
                    ],
                    "skip": ["phase": "Skipped", "message": "the condition is false"],
                    "waits": [
                        "phase": "Ready", "reason": "Queued", "message": "RateLimited: number 1",
                        "queuedTime": "2026-01-01T00:00:02Z",
                    ],
                ],
            ],
        ]
        let now = try #require(Timestamp("2026-01-01T00:00:03Z"))
        #expect(
            RunProgress(run: run, now: now).lines(plain) == [
                "● nightly-1  Running  1/3  3.0s", "  └─ ✔ fetch  1.5s",
                "     ├─ ↻ flaky  attempt 2 failed, next in 2.0s  exit code 1",
                "     ├─ ⊘ skip  the condition is false",
                "     └─ ○ waits  RateLimited: number 1, for 1.0s",
            ])
    }

    @Test func `a run shows what it does finally, and what it undoes`() throws {
        let run: JSON = [
            "metadata": ["name": "saga-1"],
            "status": [
                "phase": "Failed",
                "definition": [
                    "tasks": [["id": "book"], ["id": "pay", "dependsOn": ["book"]]],
                    "finally": [["id": "clean"], ["id": "tell", "dependsOn": ["clean"]]],
                ],
                "tasks": [
                    "book": ["phase": "Completed"], "pay": ["phase": "Failed"],
                    "book~compensation": [
                        "phase": "Failed", "error": ["message": "HTTP 503"],
                        "startTime": "2026-01-01T00:00:02Z",
                        "completionTime": "2026-01-01T00:00:03Z",
                    ],
                    "each[3].hold~compensation": [
                        "phase": "Completed", "startTime": "2026-01-01T00:00:01Z",
                        "completionTime": "2026-01-01T00:00:02Z",
                    ],
                    "finally.clean": ["phase": "Completed"],
                ],
            ],
        ]
        let now = try #require(Timestamp("2026-01-01T00:00:09Z"))
        #expect(
            RunProgress(run: run, now: now).lines(plain) == [
                "✘ saga-1  Failed", "  └─ ✔ book", "     └─ ✘ pay", "  finally",
                "  └─ ✔ clean", "     └─ ○ tell", "  compensation",
                "  ├─ ✔ each[3].hold  1.0s", "  └─ ✘ book  1.0s  HTTP 503",
            ])
    }

    @Test func `of many compensations those that failed are shown`() {
        var tasks: JSONObject = ["all[7].x~compensation": ["phase": "Failed"]]
        for index in 100..<200 {
            tasks["all[\(index)].x~compensation"] = [
                "phase": "Completed", "startTime": "2026-01-01T00:00:01Z",
            ]
        }
        let run: JSON = ["status": ["phase": "Failed", "tasks": .object(tasks)]]
        let lines = RunProgress(run: run, now: Timestamp(seconds: 0)).lines(plain)
        #expect(lines.count == 53)
        #expect(lines[2] == "  ├─ ✘ all[7].x")
        #expect(lines.last == "  └─ and 51 more")
    }

    @Test func `drawings name every task and edge`() {
        let drawing = GraphDrawing(
            name: "w",
            nodes: [
                .init(id: "a", type: "http", dependencies: [], isConditional: false, phase: nil),
                .init(
                    id: "b", type: "command", dependencies: [0], isConditional: true,
                    phase: "Failed"),
            ])
        #expect(drawing.dot.contains("n0 -> n1 [style=dashed];"))
        #expect(drawing.mermaid.contains("n0 -.-> n1"))
        #expect(drawing.tree(plain) == "w\n└─ a  http\n   └─ ✘ b  command  if\n")
    }

    @Test func `a table lines up its columns`() {
        var table = TextTable(["NAME", "PHASE"])
        table.add(["a-long-name", "Running"])
        table.add(["b", ""])
        #expect(table.text == "NAME          PHASE\na-long-name   Running\nb             <none>\n")
    }

    @Test(
        arguments: [
            (true, nil, true), (true, "1", false), (true, "", true), (false, nil, false),
        ] as [(Bool, String?, Bool)])
    func `colours need a terminal and no NO_COLOR`(
        isTerminal: Bool, noColor: String?, expected: Bool
    ) {
        let style = Style(isTerminal: isTerminal, noColor: noColor, term: "xterm")
        #expect(style.isColoured == expected)
        #expect(!Style(isTerminal: true, noColor: nil, term: "dumb").isColoured)
    }
}

@Suite struct LiveTests {
    @Test func `only what changed is a line`() {
        let first: JSON = [
            "metadata": ["name": "r"],
            "status": [
                "phase": "Running", "definition": ["tasks": [["id": "a"], ["id": "b"]]],
                "tasks": ["a": ["phase": "Running", "attempt": 1]],
            ],
        ]
        var second = first
        second[["status", "tasks", "a"]] = ["phase": "Completed", "attempt": 1]
        second[["status", "tasks", "b"]] = [
            "phase": "Retrying", "attempt": 1, "error": ["message": "exit code 1"],
        ]
        #expect(RunTransitions(from: nil, to: first).lines == ["r  Running", "r  a  Running"])
        #expect(
            RunTransitions(from: first, to: second).lines == [
                "r  a  Completed", "r  b  Retrying  attempt 1  exit code 1",
            ])
        #expect(RunTransitions(from: second, to: second).lines.isEmpty)
    }

    @Test func `a region is drawn over itself and only when it changed`() {
        var region = LiveRegion()
        #expect(region.redraw(["a", "b"], columns: 80, rows: 24) == "\r\u{1B}[2Ka\n\r\u{1B}[2Kb\n")
        #expect(region.redraw(["a", "b"], columns: 80, rows: 24) == "")
        #expect(
            region.redraw(["c"], columns: 80, rows: 24) == "\u{1B}[2A\r\u{1B}[2Kc\n\u{1B}[J")
    }

    @Test func `a line is cut to the terminal and its colours are not counted`() {
        var region = LiveRegion()
        let text = region.redraw(["\u{1B}[31mabcdef\u{1B}[0m"], columns: 4, rows: 9)
        #expect(text == "\r\u{1B}[2K\u{1B}[31mabc\u{1B}[0m\n")
    }
}
