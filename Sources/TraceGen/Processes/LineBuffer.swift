/// Cuts a stream of bytes into lines.
///
/// - Complexity: every byte is looked at once and moved at most twice, however the stream is chopped.
struct LineBuffer: Sendable {
    private var bytes: [UInt8] = []
    /// Where the first line that was not handed out begins.
    private var start = 0
    /// Up to where there is no newline after `start`.
    private var scanned = 0

    /// How many bytes wait for their newline.
    var unfinishedByteCount: Int { bytes.count - start }

    mutating func append(_ chunk: some Sequence<UInt8>) {
        if start > 0 {
            bytes.removeFirst(start)
            scanned -= start
            start = 0
        }
        bytes.append(contentsOf: chunk)
    }

    /// The next whole line, without its newline; `nil` when there is none yet.
    mutating func next() -> [UInt8]? {
        guard let newline = bytes[scanned...].firstIndex(of: UInt8(ascii: "\n")) else {
            scanned = bytes.count
            return nil
        }
        let line = Array(bytes[start..<newline])
        start = newline + 1
        scanned = start
        return line
    }
}
