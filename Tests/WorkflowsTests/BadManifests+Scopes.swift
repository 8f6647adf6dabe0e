extension BadManifest {
    /// Mistakes of containers, their bodies, and what goes with several tasks.
    static let scopes: [BadManifest] = [
        BadManifest(
            "a body that is checked as the tasks of the workflow are",
            spec: "  tasks:\n    - id: g\n      type: parallel\n      tasks:\n"
                + "        - id: a\n          tpye: transform\n        - {id: b, type: comand}\n"
                + "        - {id: c, type: transform, dependsOn: [d], inputs: {x: \"${{ tasks.z }}\"}}\n",
            ["10:11:E0102", "11:11:E0101", "12:25:E0202", "13:48:E0203", "13:69:E0303"]),
        BadManifest(
            "an inner task that is referred to as if it were outside",
            spec: "  tasks:\n    - id: g\n      type: parallel\n      tasks:\n"
                + "        - {id: a, type: transform, inputs: {v: 1}}\n"
                + "    - {id: b, type: transform, inputs: {v: \"${{ tasks.a.outputs.v }}\"}}\n"
                + "    - {id: c, type: transform, inputs: {v: \"${{ tasks.g.outputs.b.v }}\"}}\n"
                + "    - {id: d, type: transform, inputs: {v: \"${{ tasks.g.outputs.a.w }}\"}}\n",
            ["11:49:E0303", "12:49:E0304", "13:49:E0304"]),
        BadManifest(
            "a task that waits for one outside of its scope",
            spec: "  tasks:\n    - {id: a, type: transform}\n    - id: g\n      type: parallel\n"
                + "      tasks:\n        - {id: b, type: transform, dependsOn: [a]}\n"
                + "  finally:\n    - {id: c, type: transform, dependsOn: [g]}\n",
            ["11:48:E0203", "13:44:E0203"]),
        BadManifest(
            "an id that hides another, and one that is twice in a body",
            spec: "  tasks:\n    - {id: a, type: transform}\n    - id: g\n      type: parallel\n"
                + "      tasks:\n        - {id: a, type: transform}\n"
                + "        - {id: b, type: transform}\n        - {id: b, type: transform}\n"
                + "  finally:\n    - {id: g, type: transform}\n",
            ["11:16:E0216", "13:16:E0201", "15:12:E0216"]),
        BadManifest(
            "a reference to the container it is in, and a circle by one from inside",
            spec: "  tasks:\n    - id: g\n      type: parallel\n      tasks:\n"
                + "        - {id: a, type: transform, inputs: {v: \"${{ tasks.g.phase }}\"}}\n"
                + "        - {id: b, type: transform, inputs: {v: \"${{ tasks.z.phase }}\"}}\n"
                + "    - {id: z, type: transform, dependsOn: [g]}\n",
            ["10:53:E0308", "11:53:E0305"]),
        BadManifest(
            "a circle in a body",
            spec: "  tasks:\n    - id: g\n      type: parallel\n      tasks:\n"
                + "        - {id: a, type: transform, dependsOn: [b]}\n"
                + "        - {id: b, type: transform, dependsOn: [a]}\n", ["10:48:E0205"]),
        BadManifest(
            "containers nested too deep",
            spec: "  tasks:\n" + nested(levels: 9), ["34:23:E0212"]),
        BadManifest(
            "containers without what they need, and with what they do not take",
            spec: "  tasks:\n    - {id: a, type: parallel}\n    - {id: b, type: map, items: 3}\n"
                + "    - {id: c, type: branch, items: 3}\n    - {id: d, type: dynamic}\n"
                + "    - {id: e, type: workflow}\n    - {id: f, type: transform, until: \"true\"}\n",
            [
                "7:7:E0102", "8:7:E0102", "9:7:E0102", "9:29:E0213", "10:7:E0102", "11:7:E0102",
                "12:32:E0213",
            ]),
        BadManifest(
            "loops that nothing bounds",
            spec:
                "  tasks:\n    - id: a\n      type: loop\n      tasks: [{id: b, type: transform}]\n"
                + "    - id: c\n      type: loop\n      until: tasks.d.phase == \"Completed\"\n"
                + "      tasks: [{id: d, type: transform}]\n"
                + "    - id: e\n      type: loop\n      items: 3\n      while: index < 3\n"
                + "      maxParallel: 2\n      tasks: [{id: f, type: transform}]\n",
            ["8:13:E0214", "12:7:E0214", "18:7:E0109"]),
        BadManifest(
            "items that are none, and variables with names of other things",
            spec: "  tasks:\n    - id: a\n      type: map\n      items: files\n      as: index\n"
                + "      tasks: [{id: b, type: transform}]\n"
                + "    - id: c\n      type: map\n      items: -1\n"
                + "      tasks: [{id: d, type: transform}]\n",
            ["9:14:E0103", "10:11:E0312", "14:14:E0106"]),
        BadManifest(
            "variables of a loop where they are not",
            spec:
                "  tasks:\n    - id: a\n      type: map\n      items: 3\n      as: file\n      tasks:\n"
                + "        - {id: b, type: transform, inputs: {x: \"${{ item }}\", z: \"${{ previous }}\"}}\n"
                + "    - {id: c, type: transform, inputs: {x: \"${{ index }}\"}}\n"
                + "    - {id: d, type: transform, inputs: {x: \"${{ run.phase }}\"}}\n",
            ["12:53:E0306", "12:71:E0306", "13:49:E0306", "14:49:E0306"]),
        BadManifest(
            "aggregates that miss a part, or have one too many",
            spec: "  tasks:\n    - id: a\n      type: map\n      items: 3\n"
                + "      aggregate: {mode: map}\n      tasks: [{id: b, type: transform}]\n"
                + "    - id: c\n      type: map\n      items: 3\n"
                + "      aggregate: {mode: reduce, key: x, value: \"${{ sum + result }}\"}\n"
                + "      tasks: [{id: d, type: transform}]\n",
            ["10:7:E0102", "15:33:E0109", "15:53:E0306"]),
        BadManifest(
            "cases of a branch",
            spec: "  tasks:\n    - id: a\n      type: branch\n      cases:\n"
                + "        - tasks: [{id: case, type: transform}]\n"
                + "        - {value: x, tasks: [{id: c, type: transform}]}\n"
                + "        - {value: x, condition: \"true\", tasks: [{id: c, type: transform}]}\n",
            [
                "10:11:E0102", "10:24:E0209", "11:12:E0102", "12:19:E0108", "12:22:E0109",
                "12:33:W0003",
            ]),
        BadManifest(
            "lists of tasks that are none",
            spec: "  tasks:\n    - {id: a, type: dynamic, tasksFrom: all of them}\n", ["7:41:E0103"]
        ),
        BadManifest(
            "ways to join that are none",
            spec: "  tasks:\n    - {id: a, type: transform}\n"
                + "    - {id: b, type: transform, dependsOn: [a], join: atLeast(2)}\n"
                + "    - {id: c, type: transform, dependsOn: [a], join: some}\n"
                + "    - {id: d, type: transform, dependsOn: [{task: a, when: Never}, {tsk: a}, 3]}\n",
            [
                "8:54:E0215", "9:54:E0105", "10:60:E0104", "10:68:E0102", "10:69:E0101",
                "10:78:E0103",
            ]),
        BadManifest(
            "policies that cannot work",
            spec:
                "  config: {resources: {cpu: fast}}\n  tasks:\n    - id: a\n      type: transform\n"
                + "      timeout: 5m\n      totalTimeout: 1m\n"
                + "      retryPolicy: {retryIf: \"errors.type == 'x'\", perError: {E: {maxAttempts: 0}}}\n"
                + "      fallback: [{value: {x: 1}, skip: true}, {skip: true}, {type: lop}]\n"
                + "      compensation: {type: htpt}\n      cache: {maxAge: long}\n"
                + "      resources: {memory: -1Gi}\n",
            [
                "6:29:E0210", "11:21:E0217", "12:31:E0306", "12:80:E0106", "13:18:E0211",
                "13:47:E0211", "13:68:E0202", "14:28:E0202", "15:23:E0206", "16:27:E0210",
            ]),
        BadManifest(
            "notifications that go nowhere",
            spec: "  tasks: [{id: a, type: transform}]\n  events:\n"
                + "    onFailure: [{type: webhook}, {type: alert, url: x}, {type: mail}]\n",
            ["8:17:E0102", "8:48:E0213", "8:64:E0104"]),
        BadManifest(
            "waits for nothing, for both, and for what is none",
            spec: "  tasks:\n    - {id: a, type: wait}\n"
                + "    - {id: b, type: wait, inputs: {duration: 1m, until: \"2030-01-01T00:00:00Z\"}}\n"
                + "    - {id: c, type: wait, inputs: {duration: long}}\n"
                + "    - {id: d, type: wait, inputs: {until: tomorrow}}\n",
            ["7:7:E0102", "8:50:E0109", "9:46:E0206", "10:43:E0105"]),
        BadManifest(
            "templates that are none, and that use names there are not",
            spec: "  tasks:\n    - id: a\n      type: http\n      inputs:\n"
                + "        url: \"https://x.example.com/{{ run.nam }}\"\n"
                + "        body: \"{% if run.name %}\"\n        method: \"{{ run.name }}\"\n",
            ["10:40:E0306", "11:16:E0301"]),
        BadManifest(
            "a type that nothing runs yet",
            spec: "  tasks: [{id: a, type: llm, inputs: {prompt: hello, temperature: 3}}]\n",
            ["6:25:W0005", "6:67:E0106"]),
    ]

    /// Groups in groups, two lines each.
    private static func nested(levels: Int) -> String {
        var text = ""
        for level in 0...levels {
            let indent = String(repeating: " ", count: 4 + level * 2)
            let type = level == levels ? "transform" : "parallel"
            text += "\(indent)- id: t\(level)\n\(indent)  type: \(type)\n"
            if level < levels { text += "\(indent)  tasks:\n" }
        }
        return text
    }
}
