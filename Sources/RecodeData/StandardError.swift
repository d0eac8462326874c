import Logging

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Where messages and progress go.
enum StandardError {
    /// Writes text as it is. What cannot be written is lost: there is no other place to say so.
    static func write(_ text: String) {
        put(text, to: STDERR_FILENO)
    }

    /// Writes a message of the program, on lines of its own.
    static func say(_ message: String) {
        write("recode-data: \(message)\n")
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

/// Where data goes.
enum StandardOutput {
    /// Writes text as it is.
    /// - Throws: ``CommandFailure`` when not all of it could be written, except to a reader that has gone.
    static func write(_ text: String) throws {
        guard !put(text, to: STDOUT_FILENO), errno != EPIPE else { return }
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
