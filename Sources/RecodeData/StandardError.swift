import Logging
import Synchronization
import Trajectories

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Where messages and progress go. All of it passes through here, and nothing in it is obeyed by a terminal or looks like
/// a message that it is not (``MessageLayout``), and no known key is in it.
enum StandardError {
    private static let secrets = Mutex<SecretFilter>(.none)

    /// Keeps more keys out of everything that is said from now on, here and on standard output.
    static func hide(_ filter: SecretFilter) {
        secrets.withLock { $0.formUnion(filter) }
    }

    /// Writes a message of the program: its first line after the program's name, others indented.
    static func say(_ message: String) {
        put(line(message), to: STDERR_FILENO)
    }

    /// What ``say(_:)`` writes.
    static func line(_ message: String) -> String {
        "recode-data: \(MessageLayout.text(of: withoutSecrets(message)))\n"
    }

    /// Writes what another program says, each line of it indented.
    static func relay(_ text: String) {
        put("  \(MessageLayout.text(of: withoutSecrets(text)))\n", to: STDERR_FILENO)
    }

    /// Writes what the parser of the command line words, help and usage on lines of their own.
    /// - Parameter text: no newline of it comes from outside.
    static func usage(_ text: String) {
        put(OutputLayout.text(withoutSecrets(text)) + "\n", to: STDERR_FILENO)
    }

    /// Moves the cursor or clears a line of the terminal.
    static func draw(_ control: TerminalControl) {
        put(control.rawValue, to: STDERR_FILENO)
    }

    /// Writes part of a line that is drawn over and over.
    static func draw(_ text: String) {
        put(withoutSecrets(text).shown, to: STDERR_FILENO)
    }

    fileprivate static func withoutSecrets(_ text: String) -> String {
        secrets.withLock { $0 }.redacted(text)
    }

    /// Where libraries say what a person should know, such as a call that is tried again.
    static var logger: Logger { Logger(label: "recode-data") { _ in MessageHandler() } }

    /// Whether a person watches.
    static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// How many columns the terminal has; 80 where it does not say.
    static var columnCount: Int {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }
}

/// Writes notices and worse as messages of the program.
private struct MessageHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.notice

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        StandardError.say("\(event.message)")
    }
}

/// What a progress bar tells the terminal.
enum TerminalControl: String {
    /// Back to the first column, then what was there is wiped to its end.
    case clearLine = "\r\u{1B}[K"
    case newline = "\n"
}

/// Where data goes.
enum StandardOutput {
    /// What a text is made of, which says how it shows what must not reach a terminal.
    enum Form {
        case text, json
    }

    /// Writes a text, with what a terminal would obey made visible.
    /// - Throws: ``CommandFailure`` when not all of it could be written, except to a reader that has gone.
    static func write(_ text: String, as form: Form = .text) throws {
        let text = StandardError.withoutSecrets(text)
        let shown =
            switch form {
            case .text: OutputLayout.text(text)
            case .json: OutputLayout.json(text)
            }
        guard !put(shown, to: STDOUT_FILENO), errno != EPIPE else { return }
        throw CommandFailure(.failed, "cannot write to standard output: \(String(cString: strerror(errno)))")
    }
}

/// Writes all of a text, whatever the kernel takes at a time.
@discardableResult
private func put(_ text: String, to descriptor: Int32) -> Bool {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
        let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        if count < 0 {
            guard errno == EINTR || errno == EAGAIN else { return false }
            continue
        }
        bytes = bytes.dropFirst(count)
    }
    return true
}
