import JSONLines
import Trajectories

/// Where per-instance logs are looked for.
///
/// Below the directory and its own subdirectories (not deeper), the log of instance 7 is named `instance_7.log` (as the
/// reference implementation names it) or `7.log`.
struct LogDirectory: Sendable {
    let path: String
    private var paths: [String: [String]] = [:]

    /// The most a log may have.
    static let byteLimit = 128 << 20
    /// Where the reference implementation puts them, beside `results.json`.
    static let usualName = "running_logs"

    /// Looks through a directory.
    /// - Throws: `notFound` or `unreadable`.
    init(_ path: String) throws(ImportError) {
        self.path = path
        for name in try Self.names(in: path) {
            let inner = "\(path)/\(name)"
            add(name, at: inner)
            guard Directory.isDirectory(inner) else { continue }
            for other in try Self.names(in: inner) { add(other, at: "\(inner)/\(other)") }
        }
    }

    private static func names(in path: String) throws(ImportError) -> [String] {
        guard Directory.isDirectory(path) else {
            throw ImportError(.notFound, "\(path): there is no such directory of logs. Check the path.")
        }
        return try ImportError.translating { () throws(JSONLinesError) in try Directory.names(in: path) }
    }

    private mutating func add(_ name: String, at path: String) {
        guard name.hasSuffix(".log") else { return }
        paths[name, default: []].append(path)
    }

    /// The log of an instance; `nil` where there is none.
    /// - Throws: `ambiguousLog` naming two that may be it.
    func log(of instance: String) throws(ImportError) -> String? {
        let found = ["instance_\(instance).log", "\(instance).log"].flatMap { paths[$0] ?? [] }
        guard found.count < 2 else {
            throw ImportError(
                .ambiguousLog,
                "instance \(instance.shown(40)) may have either log: \(found[0]) or \(found[1]). Name the directory that "
                    + "holds the right ones with --logs, or move the others away.")
        }
        return found.first
    }

    /// The SHA-256 of a log; `nil` where it cannot be read.
    static func sha256(of path: String) -> String? {
        (try? bytes(of: path)).map { Digest.sha256Hex(of: $0) }
    }

    /// A log's bytes. Whatever is wrong with a log is an issue of its record and ends no import.
    private static func bytes(of path: String) throws(ImportIssue) -> [UInt8] {
        do {
            return try AtomicFile.read(path, byteLimit: byteLimit)
        } catch {
            throw ImportIssue(.logUnreadable, error.message)
        }
    }

    /// Reads a log.
    /// - Returns: its text, line ends as on Unix, and whether bytes were not UTF-8 (they became U+FFFD).
    /// - Throws: `logUnreadable`.
    static func read(_ path: String) throws(ImportIssue) -> (text: String, isDamaged: Bool) {
        let bytes = try bytes(of: path)
        let valid = String(validating: bytes, as: UTF8.self)
        let text = valid ?? String(decoding: bytes, as: UTF8.self)
        let isUnix = !bytes.contains(UInt8(ascii: "\r"))
        return (isUnix ? text : text.replacing("\r\n", with: "\n"), valid == nil)
    }
}
