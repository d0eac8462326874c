import CSandbox
import Glibc

/// How a worker's process ended.
enum WorkerEnding: Sendable, Hashable {
    case exited(status: Int32)
    case killed(signal: Int32)
    case unknown

    /// Looks at a child that has ended and was not reaped yet.
    init(ofChild process: pid_t) {
        var number: CInt = 0
        switch recode_sandbox_peek_ending(process, &number) {
        // Like a shell, bubblewrap says 128 and the signal's number where a signal ended what it ran.
        case RECODE_SANDBOX_EXITED where (129...192).contains(number): self = .killed(signal: number - 128)
        case RECODE_SANDBOX_EXITED: self = .exited(status: number)
        case RECODE_SANDBOX_KILLED: self = .killed(signal: number)
        default: self = .unknown
        }
    }
}

extension WorkerEnding: CustomStringConvertible {
    var description: String {
        switch self {
        case .exited(let status): "exit status \(status)"
        case .killed(let signal): "killed by signal \(signal)"
        case .unknown: "its end could not be told"
        }
    }
}
