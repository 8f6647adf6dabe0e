/// The workflows that the demonstration commits.
enum DemoManifests {
    /// Tasks in parallel, one that fails twice, and a branch that is skipped.
    static let nightlyReport = """
        apiVersion: orchestrator.llm/v1
        kind: Workflow
        metadata:
          name: nightly-report
        spec:
          description: Collects numbers, retries what fails, and writes a report.
          inputs:
            - name: city
              type: string
              default: Oslo
          tasks:
            - id: fetch
              type: command
              inputs:
                command: sh
                args: ["-c", "sleep 0.4; echo '{\\"orders\\": 42, \\"refunds\\": 3}'"]
            - id: weather
              type: command
              inputs:
                command: sh
                args: ["-c", "sleep 0.7; echo '{\\"celsius\\": 4}'"]
            - id: score
              type: transform
              dependsOn: [fetch]
              inputs:
                value: ${{ tasks.fetch.outputs.json.orders - tasks.fetch.outputs.json.refunds }}
            - id: flaky-upload
              type: command
              dependsOn: [score]
              retryPolicy:
                maxAttempts: 3
                initialInterval: 500ms
                backoffMultiplier: 2
              inputs:
                command: sh
                args:
                  - -c
                  - |
                    if [ "$ORCHESTRATOR_ATTEMPT" -lt 3 ]; then
                      echo "the upload server said 503" >&2
                      exit 1
                    fi
                    echo uploaded
            - id: page-somebody
              type: command
              condition: ${{ tasks.score.outputs.value < 10 }}
              inputs:
                command: echo
                args: ["wake up"]
            - id: report
              type: transform
              dependsOn: [flaky-upload, weather]
              inputs:
                value: >-
                  ${{ workflow.inputs.city }}: ${{ tasks.score.outputs.value }} net orders
                  at ${{ tasks.weather.outputs.json.celsius }} °C
          outputs:
            report: ${{ tasks.report.outputs.value }}

        """

    /// The second version: one more output, so its run is launched again.
    static let nightlyReportChanged =
        nightlyReport.replacing("net orders", with: "orders after refunds")

    /// Three tasks at once, then one that joins them.
    static let wordCount = """
        apiVersion: orchestrator.llm/v1
        kind: Workflow
        metadata:
          name: word-count
        spec:
          description: Counts words of three chapters at once and adds them up.
          tasks:
            - id: chapter-1
              type: command
              inputs: {command: sh, args: ["-c", "sleep 0.5; echo 'call me ishmael' | wc -w"]}
            - id: chapter-2
              type: command
              inputs: {command: sh, args: ["-c", "sleep 0.9; echo 'the carpet bag' | wc -w"]}
            - id: chapter-3
              type: command
              inputs: {command: sh, args: ["-c", "sleep 0.6; echo 'the spouter inn' | wc -w"]}
            - id: total
              type: transform
              inputs:
                value: >-
                  ${{ int(tasks.chapter-1.outputs.json) + int(tasks.chapter-2.outputs.json)
                  + int(tasks.chapter-3.outputs.json) }}
          outputs:
            words: ${{ tasks.total.outputs.value }}

        """

    /// One that would take ten minutes: the third commit deletes it.
    static let longImport = """
        apiVersion: orchestrator.llm/v1
        kind: Workflow
        metadata:
          name: long-import
        spec:
          description: Imports for a long time, until somebody deletes it.
          tasks:
            - id: prepare
              type: command
              inputs: {command: echo, args: [prepared]}
            - id: import
              type: command
              dependsOn: [prepare]
              timeout: 10m
              inputs: {command: sh, args: ["-c", "echo importing; sleep 600"]}

        """

    /// A file with a mistake somebody could make.
    static let broken = """
        apiVersion: orchestrator.llm/v1
        kind: Workflow
        metadata:
          name: broken
        spec:
          tasks:
            - id: first
              type: comand
              inputs: {command: "true"}
            - id: second
              type: command
              dependsOn: [frist]
              inputs: {command: "true"}

        """
}
