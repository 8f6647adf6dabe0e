import Admission
import GitOps
import Kubernetes
import Observability
import Resources
import Values

/// What is done for the next process when this one stops.
extension ProviderController {
    /// How long each request may take that gives something back.
    private static let returnTimeout = Duration.seconds(2)
    /// How often it is tried where others write at the same time.
    private static let returnTries = 3

    /// The providers of whose limits this process may hold a share, in order.
    var sharedProviders: [ObjectKey] {
        cache.keys.filter { key in
            // A cache behind our own last write may not show what we hold.
            guard let current = cache.current(key) else { return true }
            return current.map { holdsPermits($0) } ?? false
        }
    }

    /// Gives this process's shares of limits back, once none of its attempts is under way: whoever
    /// works next would wait for their ends otherwise, up to half a minute.
    ///
    /// What cannot be given back ends by itself: a server that does not answer is not asked again.
    func giveBackShares(of providers: [ObjectKey]) async {
        for key in providers {
            do { try await giveBackShare(of: key) } catch {
                context.logger.warning(
                    "share of a provider's limits not given back",
                    ["provider": .string("\(key)"), "error": error.logField])
                return
            }
        }
    }

    /// Whether somebody may have to wait for what this process holds.
    private func holdsPermits(_ provider: KubernetesObject) -> Bool {
        let share = LimitLedger(status: provider.status).share(of: context.holder)
        return share.map { $0.permits > 0 && !$0.hasEnded(at: context.time.now()) } ?? false
    }

    private func giveBackShare(of key: ObjectKey) async throws(KubernetesError) {
        var tries = ProviderController.returnTries
        while true {
            tries -= 1
            do {
                let object = try await context.client.get(
                    .providers, key, timeout: ProviderController.returnTimeout)
                guard holdsPermits(object) else { return }
                var ledger = LimitLedger(status: object.status)
                ledger.remove(context.holder)
                var status = object.status
                status["quota"] = ledger.json
                // On the version that was read: a draw of ours that is still on its way is refused.
                _ = try await context.patchStatus(
                    .providers, of: object, .object(StatusPatch.from(object.status, to: status)),
                    timeout: ProviderController.returnTimeout)
                return
            } catch let error where error.code == .notFound {
                return
            } catch let error where error.code == .conflict && tries > 0 {
                continue
            }
        }
    }
}
