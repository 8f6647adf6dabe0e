import Values

extension JSONPath {
    /// The path that ends at a step of a trail, each step of which names the one before it; -1 is the
    /// root.
    ///
    /// A walk over a whole document notes its steps so, and spells out only the places it tells of.
    init(endOf step: Int, in trail: [(parent: Int, component: JSONPath.Component)]) {
        var components: [JSONPath.Component] = []
        var current = step
        while current >= 0 {
            components.append(trail[current].component)
            current = trail[current].parent
        }
        self.init(components.reversed())
    }
}
