/// How a file of lines is stored.
public enum Compression: Sendable, Hashable {
    /// Lines as they are.
    case none
    /// Gzip members of about 1 MiB of text, never splitting a line.
    case gzip
}

/// What was written: enough to check the file later.
public struct FileDigest: Codable, Sendable, Hashable {
    /// The file's size as stored.
    public var byteCount: Int
    /// How many lines it holds.
    public var lineCount: Int
    /// SHA-256 of the stored bytes, as 64 lower-case hex digits.
    public var sha256: String

    enum CodingKeys: String, CodingKey {
        case byteCount = "bytes"
        case lineCount = "lines"
        case sha256
    }

    /// Makes a digest from its parts.
    public init(byteCount: Int, lineCount: Int, sha256: String) {
        self.byteCount = byteCount
        self.lineCount = lineCount
        self.sha256 = sha256
    }

    /// Digests a file that is there, as stored; `lineCount` is the caller's to know.
    public static func ofFile(_ path: String, lineCount: Int) throws(JSONLinesError) -> FileDigest {
        let source = try PlainSource(path: path, offset: 0)
        let hash = SHA256Hash()
        var byteCount = 0
        while true {
            let block = try source.nextBlock()
            if block.isEmpty { break }
            hash.update(UnsafeRawBufferPointer(block))
            byteCount += block.count
        }
        return FileDigest(
            byteCount: byteCount, lineCount: lineCount, sha256: Hexadecimal.text(of: hash.finalize()))
    }
}

/// Writes a file of lines that appears under its name only when it is complete.
///
/// Until ``finish()`` the lines stand in a temporary file of the same directory; letting go of the writer without
/// finishing removes it. The same lines give the same bytes.
public final class AtomicLinesWriter {
    private let file: PendingFile
    private let compressor: GzipCompressor?
    private var pending: [UInt8] = []
    private let hash = SHA256Hash()
    /// Lines appended so far.
    public private(set) var lineCount = 0
    /// Bytes stored so far; lines of an unfinished gzip member are not counted yet.
    public private(set) var byteCount = 0

    /// How much text goes into one member: members of this size cost 0.4 % against one long member.
    private static let memberByteCount = 1 << 20

    /// Starts a file.
    /// - Throws: `cannotWrite` when the directory is missing or may not be written.
    public init(
        path: String, compression: Compression, links: AtomicFile.Links = .followed
    ) throws(JSONLinesError) {
        file = try PendingFile(path: path, links: links)
        compressor = compression == .gzip ? GzipCompressor() : nil
    }

    /// Appends a line, given without its newline.
    public func append(_ line: [UInt8]) throws(JSONLinesError) {
        precondition(line.indexOfNewline(from: 0) == nil, "a line holds no newline")
        pending += line
        pending.append(UInt8(ascii: "\n"))
        lineCount += 1
        if pending.count >= Self.memberByteCount { try flush() }
    }

    /// Completes the file and gives it its name.
    /// - Returns: the file's size and checksum.
    public func finish() throws(JSONLinesError) -> FileDigest {
        let digest = try complete()
        try publish()
        return digest
    }

    /// Writes and syncs what is left; the file keeps its temporary name until ``publish(as:)``.
    ///
    /// For several files that must appear together: complete all of them first, so that only renames remain.
    public func complete() throws(JSONLinesError) -> FileDigest {
        // An empty gzip file is one empty member: some readers refuse a file of no bytes.
        if !pending.isEmpty || (byteCount == 0 && compressor != nil) { try flush() }
        try file.synchronize()
        return FileDigest(
            byteCount: byteCount, lineCount: lineCount, sha256: Hexadecimal.text(of: hash.finalize()))
    }

    /// Gives a completed file its name.
    ///
    /// - Parameter name: another name in the same directory, where it depends on how many files there are.
    /// - Throws: `cannotWrite`; the temporary file is then removed with the writer.
    public func publish(as name: String? = nil) throws(JSONLinesError) {
        try file.publish(as: name)
    }

    private func flush() throws(JSONLinesError) {
        let stored = compressor?.member(of: pending) ?? pending
        try file.write(stored)
        stored.withUnsafeBytes { hash.update($0) }
        byteCount += stored.count
        pending.removeAll(keepingCapacity: true)
    }
}

/// Bytes as lower-case hex digits.
package enum Hexadecimal {
    /// Two digits a byte.
    package static func text(of bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
