extension BadManifest {
    /// Mistakes of tasks, references, inputs and outputs.
    static let meaning: [BadManifest] = [
        BadManifest(
            "two tasks of one id",
            spec: "  tasks:\n    - {id: a, type: transform}\n    - {id: a, type: transform}\n",
            ["8:12:E0201"]),
        BadManifest(
            "an id no expression can name",
            spec: "  tasks:\n    - {id: 1st task, type: transform}\n", ["7:12:E0209"]),
        BadManifest(
            "a type that does not exist",
            spec: "  tasks:\n    - id: a\n      type: comand\n", ["8:13:E0202"]),
        BadManifest(
            "a dependency that does not exist",
            spec: "  tasks:\n    - {id: extract, type: transform}\n    - id: load\n"
                + "      type: transform\n      dependsOn: [extrat]\n", ["10:19:E0203"]),
        BadManifest(
            "a task that depends on itself",
            spec: "  tasks:\n    - id: a\n      type: transform\n      dependsOn:\n        - a\n",
            ["10:11:E0204"]),
        BadManifest(
            "a circle of three",
            spec: "  tasks:\n    - {id: a, type: transform, dependsOn: [b]}\n"
                + "    - {id: b, type: transform, dependsOn: [c]}\n"
                + "    - {id: c, type: transform, dependsOn: [a]}\n", ["7:44:E0205"]),
        BadManifest(
            "two circles",
            spec: "  tasks:\n    - {id: a, type: transform, dependsOn: [b]}\n"
                + "    - {id: b, type: transform, dependsOn: [a]}\n"
                + "    - {id: c, type: transform, dependsOn: [d]}\n"
                + "    - {id: d, type: transform, dependsOn: [a, c]}\n",
            ["7:44:E0205", "9:44:E0205"]),
        BadManifest(
            "a reference to a task that waits for this one",
            spec: "  tasks:\n    - id: a\n      type: transform\n      inputs:\n"
                + "        x: ${{ tasks.b.outputs.v }}\n    - id: b\n      type: transform\n"
                + "      dependsOn: [a]\n      inputs: {v: 1}\n", ["10:16:E0305"]),
        BadManifest(
            "a duration that is none",
            spec: "  config:\n    timeout: soon\n  tasks:\n    - id: a\n      type: transform\n"
                + "      timeout: -5\n", ["7:14:E0206", "11:16:E0206"]),
        BadManifest(
            "intervals in the wrong order",
            spec: "  tasks:\n    - id: a\n      type: transform\n      retryPolicy:\n"
                + "        initialInterval: 1m\n        maxInterval: 30s\n", ["10:26:E0207"]),
        BadManifest(
            "inputs that the type does not take",
            spec: "  tasks:\n    - id: a\n      type: http\n      inputs:\n"
                + "        urll: http://x\n        method: FETCH\n",
            ["9:7:E0102", "10:9:E0101", "11:17:E0104"]),
        BadManifest(
            "a text where a number is needed, made of an expression",
            spec: "  tasks:\n    - id: a\n      type: http\n      inputs:\n        url: http://x\n"
                + "        maximumBytes: \"${{ run.name }}0\"\n", ["11:23:E0103"]),
        BadManifest(
            "an expression that is none, in a plain scalar",
            spec: "  tasks:\n    - id: a\n      type: transform\n      inputs:\n"
                + "        x: ${{ 1 + }}\n", ["10:20:E0301"]),
        BadManifest(
            "an expression that is none, in quotes behind escapes",
            spec: "  tasks:\n    - id: a\n      type: transform\n      inputs:\n"
                + "        x: \"é\\t\\u00e9 ${{ 1 + }}\"\n        v: 'it''s ${{ ) }}'\n",
            ["10:31:E0301", "11:23:E0301"]),
        BadManifest(
            "expressions that are none, all of one task",
            spec: "  tasks:\n    - id: a\n      type: transform\n      inputs:\n"
                + "        x: [\"${{ * }}\", {z: \"${{ run.nam }}\"}]\n        v: ${{ (\n",
            ["10:18:E0301", "10:34:E0306", "11:12:E0301"]),
        BadManifest(
            "an expression in a literal block",
            spec: "  tasks:\n    - id: a\n      type: transform\n      inputs:\n        x: |\n"
                + "          first\n            second ${{ tasks.b.outputs.c }}\n",
            ["12:24:E0303"]),
        BadManifest(
            "an expression in a folded block",
            spec: "  tasks:\n    - id: a\n      type: transform\n      inputs:\n        x: >-\n"
                + "          first\n          second ${{ tasks.b.outputs.c }}\n",
            ["12:22:E0303"]),
        BadManifest(
            "an expression in a plain scalar of two lines",
            spec: "  tasks:\n    - id: a\n      type: transform\n      inputs:\n        x: first\n"
                + "          second ${{ tasks.b.outputs.c }}\n", ["11:22:E0303"]),
        BadManifest(
            "an input that is not declared",
            spec: "  inputs: [{name: topic}]\n  tasks:\n    - id: a\n      type: transform\n"
                + "      inputs:\n        x: ${{ workflow.inputs.topci }}\n"
                + "        v: ${{ workflow.inputs.topic }}\n", ["11:16:E0302"]),
        BadManifest(
            "an output the type does not give",
            spec: "  tasks:\n    - {id: a, type: command, inputs: {command: [ls]}}\n    - id: b\n"
                + "      type: transform\n      inputs:\n        x: ${{ tasks.a.outputs.stdotu }}\n"
                + "        v: ${{ tasks.a.stdout }}\n", ["11:16:E0304", "12:16:E0309"]),
        BadManifest(
            "names that are not bound",
            spec: "  inputs: [{name: topic}]\n  tasks:\n    - id: a\n      type: transform\n"
                + "      inputs:\n        x: ${{ topic }}\n        v: ${{ inputs.topic }}\n"
                + "        z: ${{ workflow.topic }}\n        w: ${{ workflow.inputs.topic }}\n",
            ["11:16:E0306", "12:16:E0306", "13:16:E0306"]),
        BadManifest(
            "a task that refers to itself",
            spec: "  tasks:\n    - id: a\n      type: transform\n      inputs:\n"
                + "        x: ${{ tasks.a.outputs.x }}\n", ["10:16:E0308"]),
        BadManifest(
            "all tasks at once",
            spec: "  tasks:\n    - id: a\n      type: transform\n"
                + "      condition: size(tasks) > 0\n", ["9:23:E0309"]),
        BadManifest(
            "a condition of two expressions",
            spec: "  tasks:\n    - id: a\n      type: transform\n"
                + "      condition: ${{ true }} && ${{ false }}\n", ["9:18:E0307"]),
        BadManifest(
            "a condition with an error in it, and one that never changes",
            spec: "  tasks:\n    - id: a\n      type: transform\n      condition: run.name ==\n"
                + "    - id: b\n      type: transform\n      condition: ${{ 1 < 2 }}\n",
            ["9:29:E0301", "12:18:W0003"]),
        BadManifest(
            "a condition that is a number",
            spec: "  inputs: [{name: k, type: int}]\n  tasks:\n    - id: a\n"
                + "      type: transform\n      condition: ${{ workflow.inputs.k }}\n",
            ["10:22:E0310"]),
        BadManifest(
            "two inputs of one name",
            spec: "  inputs: [{name: k}, {name: k}]\n  tasks:\n    - id: a\n"
                + "      type: transform\n      inputs: {x: \"${{ workflow.inputs.k }}\"}\n",
            ["6:30:E0401"]),
        BadManifest(
            "defaults the inputs do not allow",
            spec: "  inputs:\n    - {name: k, type: integer, default: many}\n"
                + "    - {name: m, type: int, default: 11, validation: {maximum: 10}}\n"
                + "    - {name: s, type: string, default: x, required: true}\n  tasks:\n"
                + "    - id: a\n      type: transform\n      inputs: {x: \"${{ workflow.inputs }}\"}\n",
            ["7:41:E0402", "8:37:E0402", "9:31:W0002"]),
        BadManifest(
            "validations that do not go with their inputs",
            spec: "  inputs:\n    - {name: k, type: integer, validation: {pattern: '^a'}}\n"
                + "    - {name: s, type: string, validation: {pattern: '('}}\n"
                + "    - {name: e, type: string, validation: {enum: [a, 1]}}\n"
                + "    - {name: o, type: object, schema: {type: thing}}\n"
                + "  tasks:\n    - {id: a, type: transform, inputs: {x: \"${{ workflow.inputs }}\"}}\n",
            ["7:45:E0404", "8:53:E0403", "9:54:E0404", "10:46:E0403"]),
        BadManifest(
            "texts that are booleans for kubectl",
            spec: "  tasks:\n    - id: a\n      type: transform\n"
                + "      inputs: {y: on, \"no\": 'off', list: [Yes, true, nope]}\n",
            ["9:16:W0004", "9:19:W0004", "9:43:W0004"]),
        BadManifest(
            "an input that nothing uses",
            spec: "  inputs:\n    - name: k\n  tasks: [{id: a, type: transform}]\n",
            ["7:13:W0001"]),
        BadManifest(
            "outputs that refer to nothing",
            spec: "  tasks: [{id: a, type: transform, inputs: {x: 1}}]\n  outputs:\n"
                + "    one: ${{ tasks.a.outputs.v }}\n    two:\n"
                + "      value: ${{ tasks.b.outputs.x }}\n      falback: 0\n"
                + "    three: {description: nothing}\n",
            ["8:14:E0304", "10:18:E0303", "11:7:E0101", "12:5:E0102"]),
    ]
}
