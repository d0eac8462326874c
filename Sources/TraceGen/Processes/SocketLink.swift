import NIOCore
import NIOPosix

/// The line to a worker that another process has forked for us, over a socket, and the line to its keeper, which
/// ends it when we hang up and tells how it ended.
actor SocketLink: WorkerLink {
    typealias Input = NIOAsyncChannelInboundStream<ByteBuffer>
    typealias Output = NIOAsyncChannelOutboundWriter<ByteBuffer>

    private var chunks: Input.AsyncIterator
    private let output: Output
    private let keeper: KeeperLine

    private init(_ input: Input, _ output: Output, _ keeper: KeeperLine) {
        chunks = input.makeAsyncIterator()
        self.output = output
        self.keeper = keeper
    }

    /// Talks over `socket` for the time of `body`; the worker is ended afterwards.
    ///
    /// - Parameters:
    ///   - socket: the descriptor of the line, taken over.
    ///   - keeper: the line to the keeper.
    ///   - body: what is done with the link.
    static func withLink<Result: Sendable>(
        over socket: CInt, keeper: KeeperLine, _ body: (SocketLink) async throws -> Result
    ) async throws -> Result {
        do {
            let result = try await open(socket).executeThenClose { input, output in
                defer { keeper.hangUp() }
                return try await body(SocketLink(input, output, keeper))
            }
            await keeper.removeGroup()
            return result
        } catch {
            await keeper.removeGroup()
            throw error
        }
    }

    fileprivate static func open(_ socket: CInt) async throws -> NIOAsyncChannel<ByteBuffer, ByteBuffer> {
        try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .withConnectedSocket(socket) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel(wrappingChannelSynchronously: channel)
                }
            }
    }

    // Not isolated: a worker that takes nothing must not keep another task from reading.
    nonisolated func write(_ bytes: [UInt8]) async -> Bool {
        do {
            try await output.write(ByteBuffer(bytes: bytes))
            return true
        } catch {
            return false
        }
    }

    func read() async -> [UInt8]? {
        var iterator = chunks
        let chunk = try? await iterator.next(isolation: self)
        chunks = iterator
        return chunk.map { Array(buffer: $0) }
    }

    nonisolated func kill() {
        keeper.hangUp()
    }

    nonisolated func end() async {
        keeper.hangUp()
    }

    nonisolated func remains() async -> (lastWords: String, ending: WorkerEnding) {
        await keeper.remains()
    }
}

/// The line to the keeper of a forked worker. The worker ends when this is gone.
struct KeeperLine: Sendable {
    private let socket: OwnedDescriptor
    /// What the worker's memory is counted in.
    private let group: ControlGroup?

    init(_ socket: OwnedDescriptor, group: ControlGroup?) {
        self.socket = socket
        self.group = group
    }

    /// Tells the keeper that the worker is to end. It answers all the same.
    func hangUp() {
        socket.finishWriting()
    }

    /// Waits for the keeper to tell how the worker ended, and has it end one that stays.
    ///
    /// The worker cannot reach its keeper. A line that closes without a word is the machine's doing, or the host's: the
    /// keeper was killed, or the parent of all executors was.
    ///
    /// - Returns: the worker's last words and its ending: `unknown` where nobody could tell.
    func remains() async -> (lastWords: String, ending: WorkerEnding) {
        guard let copy = socket.duplicate() else { return ("", .unknown) }
        let report = await withTaskGroup(of: [UInt8]?.self) { group in
            group.addTask {
                try? await SocketLink.open(copy).executeThenClose { input, _ in
                    var report: [UInt8] = []
                    for try await chunk in input { report += Array(buffer: chunk) }
                    return report
                }
            }
            group.addTask {
                // As long as a busy machine may take to end it: how it ended goes into a record.
                guard (try? await Task.sleep(for: .seconds(10))) != nil else { return nil }
                hangUp()
                // One that cannot be ended is waited for no longer than an episode may take.
                try? await Task.sleep(for: .seconds(300))
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
        var (lastWords, ending) = Self.read(report ?? [])
        if let words = group?.memoryLimitWords { lastWords = words }
        return (lastWords, ending)
    }

    /// Removes the worker's control group, once the worker has ended.
    func removeGroup() async {
        guard let group else { return }
        _ = await remains()
        group.remove()
    }

    /// The first line is an exit status, or the negative of a signal; what follows are last words.
    private static func read(_ report: [UInt8]) -> (lastWords: String, ending: WorkerEnding) {
        let parts = String(decoding: report, as: UTF8.self).split(
            separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let code = Int32(parts[0]) else { return ("", .unknown) }
        let ending = code < 0 ? WorkerEnding.killed(signal: -code) : .exited(status: code)
        return (String(parts[1].trimmingSuffix(while: \.isWhitespace)), ending)
    }
}
