import CPOSIX
import Glibc

/// A thread that runs one function to its end: the owner of a C library's loop.
///
/// All signals are blocked on it, so that a process's signals reach the threads that expect them and
/// a peer that closes its socket cannot end the process by SIGPIPE.
package enum DedicatedThread {
    /// Starts a thread; false where the system has none to give.
    package static func start(name: String, _ body: @escaping @Sendable () -> Void) -> Bool {
        let box = unsafe Unmanaged.passRetained(ThreadBody(name: name, run: body))
        var attributes = pthread_attr_t()
        unsafe pthread_attr_init(&attributes)
        defer { unsafe pthread_attr_destroy(&attributes) }
        unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        var everySignal = sigset_t()
        var previous = sigset_t()
        unsafe sigfillset(&everySignal)
        unsafe pthread_sigmask(SIG_SETMASK, &everySignal, &previous)
        defer { unsafe pthread_sigmask(SIG_SETMASK, &previous, nil) }
        var thread = pthread_t()
        guard unsafe pthread_create(&thread, &attributes, runThread, box.toOpaque()) == 0 else {
            unsafe box.release()
            return false
        }
        return true
    }
}

private final class ThreadBody: Sendable {
    let name: String
    let run: @Sendable () -> Void

    init(name: String, run: @escaping @Sendable () -> Void) {
        self.name = name
        self.run = run
    }
}

private func runThread(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context = unsafe context else { return nil }
    let body = unsafe Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue()
    unsafe cposix_name_thread(body.name)
    body.run()
    return nil
}
