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
            #expect(AuditTests.steps(own.filter { $0["type"] == "Run" }).last?.to == "Completed")
            for (path, entry) in run.status["tasks"]?.objectValue ?? [:] {
                let steps = AuditTests.steps(own.filter { $0["task"]?.stringValue == path })
                    .filter { $0.from != $0.to }
                #expect(steps.last?.to == entry["phase"]?.stringValue, "\(path): \(steps)")
            }
            let decided = try #require(
                lines.first { $0["type"] == "Approval" && $0["to"] == "Approved" })
            #expect(decided["decisions"] == [["user": "ada", "decision": "approve"]])
        }
    }

    private static func steps(_ lines: [JSON]) -> [(from: String, to: String)] {
        lines.map { ($0["from"]?.stringValue ?? "", $0["to"]?.stringValue ?? "") }
    }
}
