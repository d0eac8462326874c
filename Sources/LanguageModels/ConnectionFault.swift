import AsyncHTTPClient
import Glibc
import NIOCore
import NIOPosix
import NIOSSL

/// What the errors of the HTTP library mean.
enum ConnectionFault {
    /// What a try came to that ended in an error before an answer began.
    static func outcome(of error: any Error, timeout: Duration) -> TryOutcome {
        if let reason = distrust(in: error) { return .untrusted(reason) }
        guard let error = error as? HTTPClientError else { return .unreachable(words(for: error)) }
        switch error {
        case .deadlineExceeded, .readTimeout, .writeTimeout:
            return .timedOut(timeout)
        case .remoteConnectionClosed:
            return .unreachable(closed)
        case .connectTimeout, .getConnectionFromPoolTimeout:
            return .unreachable("no connection came about in time")
        case .tlsHandshakeTimeout:
            return .unreachable("the TLS handshake took too long")
        case .invalidURL, .emptyHost, .emptyScheme, .missingSocketPath:
            return .badAddress("this is no http:// or https:// address")
        default:
            if error.shortDescription == HTTPClientError.unsupportedScheme("").shortDescription {
                return .badAddress("this is no http:// or https:// address")
            }
            // The short form leaves out header values.
            return .unreachable(error.shortDescription)
        }
    }

    /// Whether a reset or an end is seen depends on what else was under way.
    private static let closed = "the connection was closed without an answer"

    /// Why the server's certificate is not accepted; `nil` for any other error.
    private static func distrust(in error: any Error) -> String? {
        switch error {
        case is NIOSSLExtraError:
            "the server's certificate is not for this host name"
        case NIOSSLError.handshakeFailed(let reason) where "\(reason)".contains("CERTIFICATE_VERIFY_FAILED"):
            "the server's certificate is expired, or signed by nobody that is trusted here"
        default: nil
        }
    }

    private static func words(for error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            if let failure = error.connectionErrors.last { return words(for: failure.error) }
            return "the name \(error.host) cannot be resolved"
        case let error as IOError:
            return words(forErrorNumber: error.errnoCode)
        case ChannelError.connectTimeout:
            return "no connection came about in time"
        default:
            return OneLine.text(String(describing: error), limit: 160)
        }
    }

    private static func words(forErrorNumber number: CInt) -> String {
        switch number {
        case ECONNREFUSED: "connection refused"
        case ECONNRESET, EPIPE: closed
        default: String(cString: strerror(number))
        }
    }
}
