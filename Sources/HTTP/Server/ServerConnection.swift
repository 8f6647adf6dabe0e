/// A connection of the server's loop, lent to libmicrohttpd for as long as the connection lives.
final class ServerConnection {
    let id: UInt64
    let socket: Int32
    let peerAddress: String
    /// The request in a handler's hands.
    var exchange: ServerExchange?

    init(id: UInt64, socket: Int32, peerAddress: String) {
        self.id = id
        self.socket = socket
        self.peerAddress = peerAddress
        LiveCounts.connections.increase()
    }

    deinit { LiveCounts.connections.decrease() }
}
