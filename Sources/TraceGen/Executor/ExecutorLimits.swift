/// What one statement of a policy's code may use up.
///
/// Beside these, always: no processes, threads or sockets, no files written, 64 open descriptors, no core dumps.
public struct ExecutorLimits: Sendable, Hashable {
    /// Processor time. At the limit an exception is raised in the statement; code that swallows it, or never
    /// returns to the interpreter, is killed one to two seconds later.
    public var processorTime: Duration
    /// Time on the clock, without what the host spends on the statement's actions. At the limit it is killed.
    public var wallTime: Duration
    /// Address space of the process, the interpreter's own (about 30 MiB) included.
    public var memoryByteCount: Int
    /// What it may print. Beyond that an exception is raised in the statement and the text is cut.
    public var outputByteCount: Int

    /// Makes limits from their parts.
    public init(
        processorTime: Duration = .seconds(5), wallTime: Duration = .seconds(60),
        memoryByteCount: Int = 512 << 20, outputByteCount: Int = 64 << 10
    ) {
        self.processorTime = processorTime
        self.wallTime = wallTime
        self.memoryByteCount = memoryByteCount
        self.outputByteCount = outputByteCount
    }
}

extension ExecutorLimits {
    /// The longest action text, in characters; the worker refuses longer ones before they are sent.
    static let actionCharacterCount = 2_000
    /// The longest text of one value, its type or a traceback as the worker sends it, marks of cutting included.
    static let shownCharacterCount = 8_100
}

extension Duration {
    /// The time in seconds.
    var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
