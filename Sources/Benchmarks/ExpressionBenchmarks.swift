import Expressions
import Foundation
import Values

/// Measures the expression language; gives each figure to a closure.
func expressionBenchmarks(
    _ report: (_ name: String, _ value: Double, _ unit: String) -> Void
) {
    let source = #"a.b < 0.7 && c in ["x", "y"]"#
    let bindings = Bindings(["a": ["b": 0.5], "c": "y"])
    guard let condition = try? Expression(parsing: source) else { return }
    report(
        "expression.evaluate",
        nanoseconds(of: 200_000) { (try? condition.evaluateCondition(bindings)) == true }, "ns")
    report(
        "expression.compile",
        nanoseconds(of: 20_000) { (try? Expression(parsing: source)) != nil }, "ns")

    let outputs: JSON = [
        "outputs": ["score": 0.5, "items": .array((0..<1000).map { .integer($0) })]
    ]
    let run = Bindings(["tasks": ["fetch-all": outputs], "workflow": ["inputs": ["limit": 10]]])
    guard
        let deep = try? Expression(
            parsing: "tasks.fetch-all.outputs.score < 0.7 && workflow.inputs.limit > 3"),
        let loop = try? Expression(parsing: "tasks.fetch-all.outputs.items.all(i, i >= 0)"),
        let pattern = try? Expression(parsing: #"text.matches("^[a-z]+(-[a-z0-9]+)*$")"#),
        let template = try? ValueTemplate(parsing: [
            "url":
                "https://example.test/${{ workflow.inputs.limit }}/${{ tasks.fetch-all.outputs.score }}",
            "items": "${{ tasks.fetch-all.outputs.items }}",
        ])
    else { return }
    report(
        "expression.evaluate.paths",
        nanoseconds(of: 200_000) { (try? deep.evaluateCondition(run)) == true }, "ns")
    report(
        "expression.loop.element",
        nanoseconds(of: 1000) { (try? loop.evaluateCondition(run)) == true } / 1000, "ns")
    report(
        "expression.template",
        nanoseconds(of: 50_000) { (try? template.evaluate(run)) != nil }, "ns")
    templateBenchmarks(report)
    let list = (0..<1000).map { "\"v\($0)\"" }.joined(separator: ", ")
    guard let member = try? Expression(parsing: "c in [\(list)]") else { return }
    let last = Bindings(["c": "v999"])
    report(
        "expression.list.member",
        nanoseconds(of: 100_000) { (try? member.evaluateCondition(last)) == true }, "ns")
    let text = Bindings(["text": .string(String(repeating: "abc-", count: 256) + "x")])
    report(
        "expression.pattern.character",
        nanoseconds(of: 500) { (try? pattern.evaluateCondition(text)) == true } / 1025, "ns")
}

/// Measures a text with a loop, as Tests/Peers/expressions.py does with Jinja2.
private func templateBenchmarks(
    _ report: (_ name: String, _ value: Double, _ unit: String) -> Void
) {
    let source =
        "{% for u in users %}{{ loop.index }}. {{ u.name | upper }} ({{ u.age }})"
        + "{% if u.age > 50 %}!{% endif %}\n{% endfor %}"
    let users = (0..<100).map { ["name": .string("user\($0)"), "age": .integer($0)] as JSON }
    let bindings = Bindings(["users": .array(users)])
    guard let template = try? TextTemplate(parsing: source) else { return }
    report(
        "template.render",
        nanoseconds(of: 2000) { (try? template.render(bindings)) != nil }, "ns")
    report(
        "template.compile",
        nanoseconds(of: 5000) { (try? TextTemplate(parsing: source)) != nil }, "ns")
}

/// The nanoseconds of the processor that one call takes, in the mean; NaN where a call gives false.
///
/// Of the processor, as of the peers: what else the machine does stays out as far as it can.
private func nanoseconds(of count: Int, _ body: () -> Bool) -> Double {
    var succeeded = true
    let begin = clock()
    for _ in 0..<count { succeeded = body() && succeeded }
    let seconds = Double(clock() - begin) / Double(CLOCKS_PER_SEC)
    return succeeded ? seconds * 1e9 / Double(count) : .nan
}
