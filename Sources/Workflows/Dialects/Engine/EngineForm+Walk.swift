import Values

extension EngineForm {
    /// A list of tasks that is being translated.
    private struct Frame {
        let items: [Item]
        let target: JSONPath
        let chain: [StepVariables.Container]
        let locals: Set<String>
        var next = 0
        var built: [JSON] = []
        var container: (task: CanonicalObject, bodies: [EngineBody], started: Int)?
    }

    /// A task of the file, or the template of a loop.
    struct Item {
        let json: JSON
        let path: JSONPath
        /// Its index among the tasks of the file; nil for the template of a loop.
        let index: Int?
    }

    /// The tasks in canonical form, gone through with a stack.
    mutating func translated() -> [JSON] {
        let roots = tasks.roots.map(item)
        var frames = [Frame(items: roots, target: ["spec", "tasks"], chain: [], locals: [])]
        while var frame = frames.popLast() {
            (chain, locals) = (frame.chain, frame.locals)
            if var container = frame.container {
                if container.started < container.bodies.count {
                    let body = container.bodies[container.started]
                    container.started += 1
                    frame.container = container
                    frames.append(frame)
                    frames.append(bodyFrame(body, in: frame))
                    continue
                }
                frame.built.append(container.task.json)
                frame.container = nil
            } else if frame.next < frame.items.count {
                let item = frame.items[frame.next]
                frame.next += 1
                let target = frame.target.index(frame.built.count)
                translation.map.note(target, from: item.path)
                if item.json.objectValue == nil {
                    frame.built.append(item.json)
                } else {
                    let (task, bodies) = read(item, to: target)
                    frame.container = (task, bodies, 0)
                }
            } else {
                guard var parent = frames.popLast() else {
                    (chain, locals) = ([], [])
                    return frame.built
                }
                if var container = parent.container {
                    let body = container.bodies[container.started - 1]
                    body.put(frame.built, in: &container.task)
                    parent.container = container
                }
                frames.append(parent)
                continue
            }
            frames.append(frame)
        }
        return []
    }

    private func item(_ index: Int) -> Item {
        Item(json: tasks.list[index].json, path: tasks.list[index].path, index: index)
    }

    private func bodyFrame(_ body: EngineBody, in frame: Frame) -> Frame {
        let items: [Item] =
            switch body.content {
            case .tasks(let indices): indices.map(item)
            case .template(let json, let path): [Item(json: json, path: path, index: nil)]
            }
        return Frame(
            items: items, target: body.target,
            chain: frame.chain + [.init(id: body.owner, part: body.part)],
            locals: frame.locals.union(body.locals))
    }
}

/// A body of a container of the engine form.
struct EngineBody {
    enum Content {
        /// Tasks of the file, by index.
        case tasks([Int])
        /// The one task that a loop repeats.
        case template(JSON, JSONPath)
    }

    let content: Content
    let owner: String
    let part: String?
    let target: JSONPath
    var locals: Set<String> = []

    /// Puts the tasks into their container: those of a branch's case, or of a loop.
    func put(_ tasks: [JSON], in task: inout CanonicalObject) {
        guard let part else {
            task.put("tasks", .array(tasks))
            return
        }
        var cases = task["cases"]?.arrayValue ?? []
        cases.append(
            ["name": .string(part), "value": .bool(part == "true"), "tasks": .array(tasks)])
        task.put("cases", .array(cases))
    }
}
