#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// One line of a file, without its newline.
public struct JSONLine: Sendable, Hashable {
    /// Its number in the file, from 1; blank lines count.
    public var number: Int
    /// Its bytes.
    public var bytes: [UInt8]
    /// Where a reader can start to find it again: the stored offset of the gzip member the line starts in, or of
    /// the line itself in a plain file.
    public var offset: Int

    /// Makes a line from its parts.
    public init(number: Int, bytes: [UInt8], offset: Int = 0) {
        self.number = number
        self.bytes = bytes
        self.offset = offset
    }
}

/// Reads the lines of a plain or gzipped file, one at a time, in bounded memory.
///
/// Gzip is told by the first bytes rather than by the name, and may have any number of members. Blank lines are skipped
/// but counted. A last line without a newline is given too.
public final class JSONLinesReader {
    /// The file being read.
    public let path: String
    /// Whether the file is gzipped.
    public let isGzip: Bool
    private let source: any BlockSource
    private let lineByteLimit: Int
    private var buffer: [UInt8] = []
    private var position = 0
    private var lineNumber = 0
    private var lineOffset: Int

    /// Opens a file.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - lineByteLimit: the longest line that is taken.
    ///   - offset: where to start: 0, or a ``JSONLine/offset`` given by an earlier reader. Line numbers start at 1 there.
    /// - Throws: `notFound` or `cannotRead`, the latter also for a pipe or a device: what is read from one is gone, and some of
    ///   it is read twice.
    public init(path: String, lineByteLimit: Int = 64 << 20, offset: Int = 0) throws(JSONLinesError) {
        self.path = path
        self.lineByteLimit = lineByteLimit
        let file = try OpenFile.reading(path)
        isGzip = Self.isGzip(
            try file.read(at: 0, count: min(2, max(0, try file.byteCount()))), path: path)
        source = isGzip ? try GzipSource(file, offset: offset) : try PlainSource(file, offset: offset)
        lineOffset = offset
    }

    /// The number of the line given last; 0 before the first.
    public var lastLineNumber: Int { lineNumber }

    /// How much of the stored file, from its start, is known to be whole: up to the end of the last complete gzip
    /// member, or of the last line in a plain file. Cutting a file here removes a torn tail and nothing else.
    public private(set) var wholeByteCount = 0

    /// The next line that is not blank, or `nil` at the end.
    ///
    /// - Throws: `truncated` where the file ends inside a gzip member, `corrupt` where a member is damaged (both name the
    ///   line that would have come), `lineTooLong`, or `cannotRead`.
    public func next() throws(JSONLinesError) -> JSONLine? {
        while true {
            skipBlankLines()
            guard let line = try nextLine() else { return nil }
            if !line.bytes.allSatisfy(Self.isBlank) { return line }
        }
    }

    /// Counts the blank lines that come next in the buffer, of which a small gzip file may have billions.
    private func skipBlankLines() {
        let start = position
        let (lineCount, end) = buffer.withUnsafeBufferPointer { bytes in
            var lineCount = 0
            var end = start
            var place = start
            while place < bytes.count {
                if bytes[place] == UInt8(ascii: "\n") {
                    lineCount += 1
                    end = place + 1
                } else if !Self.isBlank(bytes[place]) {
                    break
                }
                place += 1
            }
            return (lineCount, end)
        }
        guard lineCount > 0 else { return }
        position = end
        lineNumber += lineCount
        lineOffset = isGzip ? source.blockOffset : lineOffset + (end - start)
        if !isGzip { wholeByteCount = lineOffset }
    }

    private func nextLine() throws(JSONLinesError) -> JSONLine? {
        var searched = position
        while true {
            if let newline = buffer.indexOfNewline(from: searched) {
                return try takeLine(upTo: newline, skipping: 1)
            }
            searched = buffer.count - position
            guard searched <= lineByteLimit else { throw tooLong() }
            guard try refill() else { break }
        }
        return position < buffer.count ? try takeLine(upTo: buffer.count, skipping: 0) : nil
    }

    /// Drops what was read and adds a block; `false` at the end of the file.
    private func refill() throws(JSONLinesError) -> Bool {
        if position > 0 { buffer.removeSubrange(..<position) }
        position = 0
        let hadRemainder = !buffer.isEmpty
        let before = buffer.count
        do {
            guard try source.appendBlock(to: &buffer) else { return false }
        } catch {
            throw JSONLinesError(
                error.code, "\(path):\(lineNumber + 1): \(error.message)\(Self.advice(for: error.code))",
                cause: error.cause)
        }
        ReadingMeter.add(buffer.count - before, path: path, line: lineNumber)
        if !hadRemainder { lineOffset = source.blockOffset }
        if isGzip { wholeByteCount = source.verifiedByteCount }
        return true
    }

    private func takeLine(upTo end: Int, skipping newlineCount: Int) throws(JSONLinesError) -> JSONLine {
        guard end - position <= lineByteLimit else { throw tooLong() }
        lineNumber += 1
        let line = JSONLine(number: lineNumber, bytes: Array(buffer[position..<end]), offset: lineOffset)
        lineOffset = isGzip ? source.blockOffset : lineOffset + line.bytes.count + newlineCount
        if !isGzip, newlineCount > 0 { wholeByteCount = lineOffset }
        position = end + newlineCount
        return line
    }

    private func tooLong() -> JSONLinesError {
        JSONLinesError(
            .lineTooLong,
            "\(path):\(lineNumber + 1): the line is longer than \(lineByteLimit) bytes. "
                + "Check that this is a file of one JSON value per line.")
    }

    /// Where the first bytes do not tell (torn after one byte, overwritten, zeros), a name in `.gz` does, unless
    /// the file starts like JSON: then it was only misnamed.
    private static func isGzip(_ firstBytes: [UInt8], path: String) -> Bool {
        guard let first = firstBytes.first else { return false }
        return firstBytes == [0x1f, 0x8b] || path.hasSuffix(".gz") && first != UInt8(ascii: "{")
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
    }

    private static func advice(for code: JSONLinesError.Code) -> String {
        switch code {
        case .truncated: " Copy the file again; a run that was stopped goes on with --resume."
        case .corrupt: " Copy the file again, or make it anew."
        default: ""
        }
    }
}

extension [UInt8] {
    /// The position of the first newline at or after `start`.
    func indexOfNewline(from start: Int) -> Int? {
        withUnsafeBytes { bytes in
            guard start < bytes.count, let base = bytes.baseAddress,
                let found = memchr(base + start, Int32(UInt8(ascii: "\n")), bytes.count - start)
            else { return nil }
            return UnsafeRawPointer(found) - base
        }
    }
}
