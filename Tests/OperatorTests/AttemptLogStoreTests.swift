import Operator
import POSIX
import TestSupport
import Testing

@Suite struct AttemptLogStoreTests {
    private let directory: TemporaryDirectory
    private let store: AttemptLogStore
    private let key = AttemptLogStore.Key(runUID: "uid-1", taskID: "task", attempt: 1)

    init() throws {
        directory = try TemporaryDirectory()
        store = AttemptLogStore(directory: directory.path)
    }

    @Test func `what a command writes whose run is gone makes no folder again`() throws {
        store.open(key)
        store.append(Array("before".utf8), to: key)
        #expect(store.read(key) == Array("before".utf8))
        store.remove(runUID: key.runUID)
        store.append(Array("stopping".utf8), to: key)
        #expect(try FileSystem.list(directory.path) == [])
        store.close(key)
        store.append(Array("late".utf8), to: key)
        #expect(try FileSystem.list(directory.path) == [])
    }
}
