import Console
import Kubernetes
import POSIX
import Synchronization
import Values

/// Shows runs while they go on: trees drawn in place on a terminal, else a line for each change.
final class ProgressDisplay: Sendable {
    fileprivate struct State {
        var region = LiveRegion()
        var runs: [(key: String, run: JSON, dependencies: [[Int]])] = []
    }

    private static let redrawInterval = Duration.milliseconds(100)

    private let stream: StandardStream
    private let isLive: Bool
    private let style: Style
    private let state = Mutex(State())

    /// Makes a display on an output.
    init(on stream: StandardStream) {
        self.stream = stream
        isLive = Terminal.isTerminal(stream)
        style = Output.style(of: stream)
    }

    /// Takes the newest state of a run.
    func update(_ object: KubernetesObject) {
        let key = object.uid ?? object.name
        let lines = state.withLock { state -> [String] in
            let index = state.runs.firstIndex { $0.key == key }
            let before = index.map { state.runs[$0].run }
            if let index {
                state.runs[index].run = object.json
            } else {
                state.runs.append((key, object.json, object.taskDependencies))
            }
            return isLive ? [] : RunTransitions(from: before, to: object.json).lines
        }
        for line in lines { write(line + "\n") }
    }

    /// Says something above the trees, or as a line of its own.
    func say(_ text: String) {
        guard isLive else {
            write(text + "\n")
            return
        }
        // What was drawn last stays above; the next drawing begins below the text.
        state.withLock { state in
            let drawn = state.drawing(style)
            write(state.region.redraw(drawn, columns: columns, rows: Int.max) + text + "\n")
            state.region.finish()
            state.runs.removeAll { KubernetesObject($0.run).hasEnded }
        }
    }

    /// Draws again and again until the task is cancelled.
    func redraw() async {
        guard isLive else { return }
        while !Task.isCancelled {
            draw()
            try? await Task.sleep(for: ProgressDisplay.redrawInterval)
        }
    }

    /// Draws for the last time and leaves the picture where it is.
    func finish() {
        draw()
        state.withLock { $0.region.finish() }
    }

    private var columns: Int { Terminal.columns(stream) ?? 80 }

    private var rows: Int { Terminal.rows(stream) ?? 24 }

    private func draw() {
        guard isLive else { return }
        state.withLock { state in
            let lines = state.drawing(style)
            write(state.region.redraw(lines, columns: columns, rows: rows))
        }
    }

    private func write(_ text: String) {
        guard !text.isEmpty else { return }
        try? StandardStreams.write(text, to: stream)
    }
}

extension ProgressDisplay.State {
    fileprivate func drawing(_ style: Style) -> [String] {
        let now = SystemClock.now()
        return runs.flatMap { key, run, dependencies in
            RunProgress(run: run, dependencies: dependencies, now: now).lines(style)
        }
    }
}
