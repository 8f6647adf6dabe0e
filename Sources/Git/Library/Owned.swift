internal import Synchronization

/// The owner of one object of libgit2, which it frees exactly once.
@safe
struct Owned: ~Copyable {
    let pointer: OpaquePointer
    private let release: @convention(c) (OpaquePointer?) -> Void

    /// How many such objects live in this process, for the tests that look for leaks.
    static let liveCount = Atomic<Int>(0)

    /// Takes the object that a call hands out through its first parameter.
    init(
        freedBy release: @escaping @convention(c) (OpaquePointer?) -> Void,
        _ make: (UnsafeMutablePointer<OpaquePointer?>) -> Int32
    ) throws(LibraryFailure) {
        var made: OpaquePointer?
        let code = unsafe make(&made)
        guard code >= 0, let made = unsafe made else { throw LibraryFailure(code: min(code, -1)) }
        unsafe pointer = made
        unsafe self.release = release
        Owned.liveCount.add(1, ordering: .relaxed)
    }

    deinit {
        unsafe release(pointer)
        Owned.liveCount.subtract(1, ordering: .relaxed)
    }
}
