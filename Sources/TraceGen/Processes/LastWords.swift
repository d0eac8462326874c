import Subprocess

/// Drains a worker's standard error and remembers its end.
actor LastWords {
    private let byteLimit: Int
    private var tail: [UInt8] = []
    private let drained: AsyncStream<Never>
    private let markDrained: AsyncStream<Never>.Continuation

    init(byteLimit: Int) {
        self.byteLimit = byteLimit
        (drained, markDrained) = AsyncStream.makeStream()
    }

    /// Reads until the worker is gone.
    func collect(from errors: SubprocessOutputSequence) async {
        // A read that fails ends like one that finds the end: there is nothing more to remember.
        _ = try? await {
            for try await chunk in errors {
                chunk.withUnsafeBytes { tail.append(contentsOf: $0) }
                if tail.count > byteLimit { tail.removeFirst(tail.count - byteLimit) }
            }
        }()
        markDrained.finish()
    }

    /// What it said last, once it is gone.
    func text() async -> String {
        for await _ in drained {}
        let text = String(decoding: tail, as: UTF8.self)
        return String(text.trimmingSuffix(while: \.isWhitespace))
    }
}

extension StringProtocol where SubSequence == Substring {
    /// The text without the characters at its end that `predicate` picks.
    func trimmingSuffix(while predicate: (Character) -> Bool) -> Substring {
        guard let last = lastIndex(where: { !predicate($0) }) else { return "" }
        return self[...last]
    }
}
