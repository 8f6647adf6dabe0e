/// The types of tasks that hold other tasks.
enum ContainerType: String, CaseIterable {
    case parallel, branch, loop, map, dynamic
}
