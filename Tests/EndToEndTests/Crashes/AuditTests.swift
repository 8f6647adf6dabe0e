import GitOps
import Kubernetes
import TestSupport
import Testing
import Values

/// The account of what runs did, over lives of the server.
@Suite struct AuditTests {
    @Test func `every step is in the audit trail once, who decided, and each takeover`()
        async throws
    {
        try await KilledServer.play { server in
            try await server.createRun("release", ApprovalTests.asking([:]))
            try await server.children(.approvals, count: 1)
            try await server.kill()
            try await server.children(.approvals, count: 1)
            try await server.approve(askedBy: "release")
            let run = try await server.run("release", is: "Completed")
            // The end is told right after it is stored.
            let lines = try await awaited("the end in the audit trail") {
                let lines = try server.auditTrail()
                return lines.contains { $0["type"] == "Run" && $0["to"] == "Completed" }
                    ? lines : nil
            }
            let own = lines.filter { $0["run"] == "release" }
            #expect(own.filter { $0["type"] == "Takeover" }.count >= 2)
            #expect(Set(own).count == own.count)
            let ends = try AuditTests.follow(own)
            #expect(ends[""] == "Completed")
            for (path, entry) in run.status["tasks"]?.objectValue ?? [:] {
                #expect(ends[path] == entry["phase"]?.stringValue)
            }
            let decided = try #require(
                lines.first { $0["type"] == "Approval" && $0["to"] == "Approved" })
            #expect(decided["approvers"] == ["ada"])
            #expect(decided["decisions"] == [["user": "ada", "decision": "approve"]])
        }
    }

    @Test func `a run that is refused before it starts is in the audit trail`() async throws {
        try await KilledServer.play { server in
            let task: JSON = ["id": "a", "type": "transform", "dependsOn": ["b"]]
            try await server.createRun("never", ["workflowSpec": ["tasks": [task]]])
            let run = try await server.run("never", is: "Failed")
            let line = try await awaited("its end in the audit trail") {
                try server.auditTrail().first { $0["run"] == "never" && $0["type"] == "Run" }
            }
            #expect(line["from"] == "Pending")
            #expect(line["to"] == "Failed")
            #expect(line["reason"] == run.status["reason"])
        }
    }

    /// Where the steps of a run, under no name, and of its tasks lead: each begins where the one before
    /// ended, or a takeover lies between.
    private static func follow(_ lines: [JSON]) throws -> [String: String] {
        var phases: [String: String] = [:]
        var unsure: Set<String> = []
        for line in lines {
            if line["type"] == "Takeover" {
                unsure.formUnion(phases.keys)
                continue
            }
            guard line["type"] == "Run" || line["type"] == "Task" else { continue }
            let subject = line["task"]?.stringValue ?? ""
            let from = try #require(line["from"]?.stringValue)
            if unsure.remove(subject) == nil {
                #expect(from == phases[subject] ?? "Pending", "\(line.text)")
            }
            phases[subject] = try #require(line["to"]?.stringValue)
        }
        return phases
    }
}
