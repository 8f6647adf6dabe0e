import Testing
import Values

@testable import ControlPlane

@Suite struct PrintingTests {
    @Test(arguments: [
        (".spec.size", "[3]"), ("{.spec.size}", "[3]"), (".spec.list[1]", "[\"b\"]"),
        (".spec.list[-1]", "[\"c\"]"), (".spec.list[*]", "[\"a\",\"b\",\"c\"]"),
        (".status.conditions[?(@.type==\"Ready\")].status", "[\"True\"]"),
        (".status.conditions[?(@.type=='Stalled')].status", "[]"),
        (".metadata.labels.app\\.kubernetes\\.io/name", "[\"x\"]"),
        (".metadata.labels['app.kubernetes.io/name']", "[\"x\"]"), (".nothing.here", "[]"),
        (".status.conditions[?(@.n>1)].type", "[\"Ready\"]"),
    ])
    func `a printer path finds what kubectl would`(path: String, values: String) throws {
        let object: JSON = [
            "metadata": ["labels": ["app.kubernetes.io/name": "x"]],
            "spec": ["size": 3, "list": ["a", "b", "c"]],
            "status": [
                "conditions": [
                    ["type": "Ready", "status": "True", "n": 2], ["type": "Other", "n": 1],
                ]
            ],
        ]
        let path = try #require(PrinterPath(path))
        #expect(JSON.array(path.values(in: object)).text == values)
    }

    @Test(arguments: ["spec", "", ".a..b", ".a[", ".a[x", "$x"])
    func `a path that is none is refused`(path: String) {
        #expect(PrinterPath(path) == nil)
    }

    @Test(arguments: [
        (0, "0s"), (119, "119s"), (120, "2m"), (185, "3m5s"), (599, "9m59s"), (600, "10m"),
        (10_799, "179m"), (10_800, "3h"), (11_160, "3h6m"), (28_800, "8h"), (172_799, "47h"),
        (172_800, "2d"), (180_000, "2d2h"), (691_200, "8d"), (63_072_000, "2y"),
    ])
    func `ages are said as kubectl says them`(seconds: Int, text: String) {
        #expect(Age.human(.seconds(seconds)) == text)
    }

    @Test func `a table has a cell for each column, empty where there is nothing`() throws {
        guard case .success(let definition) = CustomResourceDefinition.read(Samples.definition)
        else {
            Issue.record("the definition cannot be read")
            return
        }
        let resource = try #require(definition.resources.first)
        let table = TableWriter(resource, rowObject: .none).table(
            [Samples.widget("w")], metadata: [:], now: Timestamp(seconds: 0))
        #expect(table["rows"] == [["cells": ["w", 1, nil]]])
        let names = (table["columnDefinitions"]?.arrayValue ?? []).compactMap { $0["name"] }
        #expect(names == ["Name", "Size", "Ready"])
    }
}
