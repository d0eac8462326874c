/// The bytes to and from a worker, and power over its life. One task at a time reads, one writes.
protocol WorkerLink: Sendable {
    /// Writes all of `bytes`; waits while the worker makes no room.
    /// - Returns: whether they went; not where the worker reads no more.
    func write(_ bytes: [UInt8]) async -> Bool
    /// Waits for bytes; `nil` when there will be none any more.
    func read() async -> [UInt8]?
    /// Kills the worker and everything it started.
    func kill()
    /// Closes the worker's input, gives it a moment to leave and kills what is left.
    func end() async
    /// Waits for a worker that has closed its output to be gone, or kills it.
    /// - Returns: the end of what it said on standard error, and how it ended.
    func remains() async -> (lastWords: String, ending: WorkerEnding)
}
