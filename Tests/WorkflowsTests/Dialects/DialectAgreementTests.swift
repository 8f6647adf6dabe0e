import TestSupport
import Testing
import Values
import Workflows
import YAML

/// One workflow in several dialects is one workflow.
@Suite struct DialectAgreementTests {
    static let kubernetes = """
        apiVersion: orchestrator.llm/v1
        kind: Workflow
        metadata:
          name: summary
          version: 1.2.0
          description: Fetch and summarise
        spec:
          config:
            timeout: 3600s
            concurrency: {maxParallel: 4}
          inputs:
            - {name: city, type: string, default: Oslo}
          tasks:
            - id: fetch
              type: http
              inputs:
                url: https://example.com/${{workflow.inputs.city}}
              timeout: 900s
              retryPolicy: {maxAttempts: 5, initialInterval: 10s, backoffMultiplier: 2.0}
            - id: check
              type: command
              dependsOn: [fetch]
              condition: tasks.fetch.outputs.status == 200
              inputs:
                command: wc
                stdin: ${{ tasks.fetch.outputs.body }}
        """

    static let steps = """
        name: summary
        version: "1.2.0"
        description: Fetch and summarise
        timeout: 1h
        config: {max_parallel: 4}
        inputs:
          city: {type: string, default: Oslo}
        steps:
          - id: fetch
            type: http
            url: "https://example.com/${{ input.city }}"
            timeout: 15m
            retry: {max_attempts: 5, initial_delay: 10s, backoff_multiplier: 2}
            output: page
          - id: check
            type: command
            if: fetch.status == 200
            command: wc
            stdin: "{{ page }}"
        """

    static let engine = """
        id: summary
        version: "1.2.0"
        description: Fetch and summarise
        variables:
          city: Oslo
        config:
          timeout_seconds: 3600
          max_parallel_tasks: 4
        tasks:
          - id: fetch
            type: {type: Http, url: "https://example.com/${city}"}
            timeout: PT15M
            retry_policy: {max_attempts: 5, initial_delay_ms: 10000, backoff_multiplier: 2.0}
          - id: check
            type: {type: Command, command: wc, stdin: "${fetch}"}
            depends_on: [fetch]
            condition: "${fetch.status} == 200"
        """

    static func exported(_ text: String) -> String {
        let file = ManifestFile(text, path: "flow.yaml")
        return YAMLWriter.text(ofDocuments: file.resources.map(\.exported))
    }

    @Test func `three dialects of one workflow have one canonical form, to the byte`() {
        let canonical = DialectAgreementTests.exported(DialectAgreementTests.kubernetes)
        #expect(canonical.contains("command: wc"))
        #expect(DialectAgreementTests.exported(DialectAgreementTests.steps) == canonical)
        #expect(DialectAgreementTests.exported(DialectAgreementTests.engine) == canonical)
    }

    @Test func `the dialect of each is told`() {
        let all = [DialectAgreementTests.kubernetes, DialectAgreementTests.steps]
        let dialects = (all + [DialectAgreementTests.engine]).flatMap {
            ManifestFile($0, path: "flow.yaml").resources.map(\.dialect)
        }
        #expect(dialects == [.kubernetes, .steps, .engine])
    }
}
