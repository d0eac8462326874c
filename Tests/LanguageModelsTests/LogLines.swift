import Logging
import Synchronization

/// Keeps what is logged.
final class LogLines: Sendable {
    private struct Handler: LogHandler {
        let lines: LogLines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let line = "\(event.level): \(event.message) \(event.metadata ?? [:])"
            lines.append(line.replacing(" [:]", with: ""))
        }
    }

    private let kept = Mutex<[String]>([])
    private let firstLine: AsyncStream<Never>
    private let markFirst: AsyncStream<Never>.Continuation

    init() {
        (firstLine, markFirst) = AsyncStream.makeStream()
    }

    var all: [String] { kept.withLock { $0 } }

    var logger: Logger { Logger(label: "test") { _ in Handler(lines: self) } }

    /// Waits for the first line.
    func begin() async {
        for await _ in firstLine {}
    }

    private func append(_ line: String) {
        kept.withLock { $0.append(line) }
        markFirst.finish()
    }
}
