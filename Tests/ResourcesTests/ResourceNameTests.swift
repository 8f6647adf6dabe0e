import Resources
import Testing

@Suite struct ResourceNameTests {
    @Test(arguments: ["a", "my-flow", "a.b-c.d", "0x"])
    func `a DNS subdomain is a name`(name: String) {
        #expect(ResourceName.problem(with: name) == nil)
    }

    @Test(arguments: [
        ("My_Flow", "my-flow"), ("-a-", "a"), ("a..b", "a.b"), ("nightly build", "nightly-build"),
    ])
    func `what is no name is refused, with the nearest that is`(name: String, nearest: String) {
        #expect(ResourceName.problem(with: name) != nil)
        #expect(ResourceName.corrected(name) == nearest)
    }

    @Test func `a child's name is short, valid and always the same`() {
        let long = String(repeating: "very-long-name.", count: 20)
        let name = RunName.attempt(run: long, runUID: "u", task: "fetch_all", attempt: 2)
        #expect(name.utf8.count <= 63)
        #expect(ResourceName.problem(with: name) == nil)
        #expect(name == RunName.attempt(run: long, runUID: "u", task: "fetch_all", attempt: 2))
        #expect(RunName.attempt(run: "r", runUID: "u", task: "t", attempt: 1).hasPrefix("r-t-1-"))
    }

    @Test func `names differ when any part of the input does`() {
        var names: Set<String> = []
        for run in ["a", "a-b", "ab"] {
            for uid in ["1", "2"] {
                for task in ["b", "b-c", "c", "B"] {
                    for attempt in 1...50 {
                        names.insert(
                            RunName.attempt(run: run, runUID: uid, task: task, attempt: attempt))
                    }
                }
            }
        }
        #expect(names.count == 3 * 2 * 4 * 50)
    }

    @Test func `a label's value is itself where it can be`() {
        #expect(ResourceName.labelValue("deploy.prod_1") == "deploy.prod_1")
        #expect(ResourceName.labelValue("") == "")
        let long = ResourceName.labelValue(String(repeating: "x", count: 100))
        #expect(long.utf8.count <= 63)
        #expect(ResourceName.labelValue("-a") != "-a")
    }
}
