import CSandbox
import Glibc
import Synchronization

/// A file descriptor that is closed when nothing holds it any more.
final class OwnedDescriptor: Sendable {
    private let number: Mutex<CInt?>

    init(_ number: CInt) {
        self.number = Mutex(number)
    }

    deinit {
        if let open = number.withLock({ $0.take() }) { close(open) }
    }

    /// Hands the descriptor over; whoever calls closes it. Once only.
    func take() -> CInt? {
        number.withLock { $0.take() }
    }

    /// A second descriptor of the same file; whoever calls closes it.
    func duplicate() -> CInt? {
        number.withLock { number in
            let copy = number.map { fcntl($0, F_DUPFD_CLOEXEC, 0) } ?? -1
            return copy < 0 ? nil : copy
        }
    }

    /// Writes all of `bytes`, where they fit at once.
    func send(_ bytes: [UInt8]) -> Bool {
        number.withLock { number in
            number.map { Glibc.send($0, bytes, bytes.count, CInt(MSG_NOSIGNAL)) } == bytes.count
        }
    }

    /// Sends descriptors over this one, a Unix socket.
    /// - Returns: 0, or the error number that says why they did not go.
    func send(descriptors: [OwnedDescriptor]) -> CInt {
        let numbers = descriptors.compactMap { $0.number.withLock(\.self) }
        return number.withLock { socket in
            guard let socket else { return EBADF }
            return recode_sandbox_send_descriptors(socket, numbers, numbers.count)
        }
    }

    /// Tells the other end that nothing more will come.
    func finishWriting() {
        number.withLock { if let open = $0 { _ = shutdown(open, CInt(SHUT_WR)) } }
    }
}
