#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The name that a file or directory has until it is complete, beside the one it will have: `.NAME.PID.partial`.
struct TemporaryName: Sendable, Hashable {
    /// The name it will have.
    var name: String
    /// The process that writes it.
    var process: Int32

    private static let ending = ".partial"

    /// The name under which this process writes `name`.
    init(of name: String) {
        self.name = name
        process = getpid()
    }

    /// Reads a name; `nil` where it is no temporary one.
    init?(_ text: String) {
        guard text.hasPrefix("."), text.hasSuffix(Self.ending) else { return nil }
        let inner = text.dropFirst().dropLast(Self.ending.count)
        guard let dot = inner.lastIndex(of: "."), dot > inner.startIndex,
            let process = Int32(inner[inner.index(after: dot)...]), process > 0
        else { return nil }
        name = String(inner[..<dot])
        self.process = process
    }

    /// As it stands on the disk.
    var text: String { ".\(name).\(process)\(Self.ending)" }

    /// A path as it will be when each part of it has its final name.
    static func finalPath(of path: String) -> String {
        path.split(separator: "/", omittingEmptySubsequences: false).map { part in
            TemporaryName(String(part))?.name ?? String(part)
        }.joined(separator: "/")
    }

    /// Whether the process that writes it is there, or another that has its number by now.
    var isInUse: Bool { kill(process, 0) == 0 || errno != ESRCH }
}

/// What processes that were killed left under temporary names.
public enum Leftovers {
    /// Removes what this user's processes that are no more left of writing `name`.
    ///
    /// What cannot be removed stays: it is in nobody's way. A process of another container cannot be told from one that
    /// is no more; where both write the same name at the same time, one of them fails.
    ///
    /// - Complexity: O(*n*) in the names in `directory`.
    static func remove(of name: String, in directory: String) {
        for text in (try? Directory.names(in: directory)) ?? [] {
            guard let leftover = TemporaryName(text), leftover.name == name, !leftover.isInUse else {
                continue
            }
            let path = "\(directory)/\(text)"
            if isOwn(path) { try? Directory.removeWhole(path) }
        }
    }

    /// Removes what anybody left in a directory that only the caller writes to, which its lock ensures: whether a process
    /// has the number by now, as in a copy from another machine, does not matter.
    ///
    /// - Parameters:
    ///   - name: what was being written; `nil` for whatever it was.
    ///   - directory: where to look; one that is not there is fine.
    public static func removeAll(of name: String? = nil, in directory: String) throws(JSONLinesError) {
        guard Directory.isPresent(directory) else { return }
        for text in try Directory.names(in: directory) {
            guard let leftover = TemporaryName(text), name == nil || leftover.name == name else { continue }
            try Directory.removeWhole("\(directory)/\(text)")
        }
    }

    private static func isOwn(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_uid == geteuid()
    }
}
