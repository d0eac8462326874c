import Dispatch

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Turns the signals that ask a program to stop into the cancellation of its work.
enum Interruption {
    /// Runs `body`; SIGINT and SIGTERM cancel it. A second signal ends the program at once.
    ///
    /// - Throws: ``CommandFailure/interruption`` when a signal came before `body` ended, else what `body` throws.
    static func cancelling(_ body: @escaping @Sendable () async throws -> Void) async throws {
        let (signals, sources) = listen()
        defer { sources.forEach { $0.cancel() } }
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await body()
                return false
            }
            group.addTask {
                for await number in signals {
                    signal(number, SIG_DFL)
                    return true
                }
                return false
            }
            group.addTask {
                await ReadingProgress.show()
                return false
            }
            let wasSignalled = try await group.next() ?? false
            group.cancelAll()
            guard wasSignalled else { return }
            // Whatever the cancelled work ends with, it ended because it was told to.
            while !group.isEmpty { _ = try? await group.next() }
            throw CommandFailure.interruption
        }
    }

    private static func listen() -> (AsyncStream<Int32>, [any DispatchSourceSignal]) {
        let (stream, continuation) = AsyncStream.makeStream(of: Int32.self)
        let sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { continuation.yield(number) }
            source.activate()
            return source
        }
        return (stream, sources)
    }
}
