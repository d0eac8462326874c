/// What a policy's code may use up: a block, which is all the statements of one answer, and an episode.
///
/// Beside these, always: no processes, threads or sockets, no files written, 64 open descriptors, no core dumps.
public struct ExecutorLimits: Sendable, Hashable {
    /// A block's processor time. At the limit an exception is raised in the statement; code that swallows it, or
    /// never returns to the interpreter, is killed one to two seconds later.
    public var processorTime: Duration
    /// A block's time on the clock, without what the host spends on its actions. At the limit an exception is raised
    /// in the statement; five seconds later it is killed.
    public var wallTime: Duration
    /// The processor time of all of an episode's blocks. At the limit the executor is gone.
    public var episodeProcessorTime: Duration
    /// The time on the clock that an episode waits for its executor, all in all. At the limit the executor is killed.
    public var episodeWallTime: Duration
    /// Address space of the process, the interpreter's own (about 30 MiB) included.
    public var memoryByteCount: Int
    /// What a statement may print. Beyond that an exception is raised in the statement and the text is cut.
    public var outputByteCount: Int

    /// Makes limits from their parts.
    public init(
        processorTime: Duration = .seconds(5), wallTime: Duration = .seconds(60),
        episodeProcessorTime: Duration = .seconds(120), episodeWallTime: Duration = .seconds(600),
        memoryByteCount: Int = 512 << 20, outputByteCount: Int = 64 << 10
    ) {
        self.processorTime = processorTime
        self.wallTime = wallTime
        self.episodeProcessorTime = episodeProcessorTime
        self.episodeWallTime = episodeWallTime
        self.memoryByteCount = memoryByteCount
        self.outputByteCount = outputByteCount
    }
}

extension Duration {
    /// The time in seconds.
    var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
