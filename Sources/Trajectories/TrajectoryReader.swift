import JSONLines

/// Reads records from one file after the other, one at a time, in bounded memory.
public final class TrajectoryReader {
    /// A file to read, and what it must hold where that is known.
    struct Part: Sendable {
        var path: String
        var digest: FileDigest?
    }

    /// What to do about a record whose id came before.
    enum Repeats: Sendable {
        case give
        /// See ``RepeatedRecords``.
        case skipIdentical
    }

    private var parts: ArraySlice<Part>
    private let tornTail: TornTail
    private let repeats: Repeats
    private var lines: JSONLinesReader?
    private var repeatedRecords = RepeatedRecords()
    /// `FILE:LINE` of the record given last.
    public private(set) var place = ""

    init(parts: [Part], tornTail: TornTail, repeats: Repeats) {
        self.parts = parts[...]
        self.tornTail = tornTail
        self.repeats = repeats
    }

    /// The next record, or `nil` after the last.
    ///
    /// - Throws: `badRecord`, `truncated` or `corrupt` naming file and line; `badRun` where the shard of a sealed run holds
    ///   other bytes than were sealed, before any of its records is given; `notFound` or `unreadable`. Reading does not
    ///   go on after an error.
    public func next() throws(TrajectoriesError) -> Trajectory? {
        try next(id: \.id) { line, part throws(TrajectoriesError) in
            try TrajectoryCodec.decode(line, in: part.path)
        }
    }

    /// What the next record says without its nodes, or `nil` after the last.
    ///
    /// The nodes of a sealed run's records are not looked at, which takes a fraction of the time and memory: that its bytes
    /// are those that were sealed is known by then. Any other record is read and checked whole.
    /// - Throws: as ``next()``.
    public func nextSummary() throws(TrajectoriesError) -> TrajectorySummary? {
        try next(id: \.id) { line, part throws(TrajectoriesError) in
            guard part.digest != nil else {
                return TrajectorySummary(try TrajectoryCodec.decode(line, in: part.path))
            }
            return try TrajectoryCodec.decodeSummary(line, in: part.path)
        }
    }

    private func next<Record>(
        id: (Record) -> String, _ decode: (JSONLine, Part) throws(TrajectoriesError) -> Record
    ) throws(TrajectoriesError) -> Record? {
        while let line = try nextLine() {
            // What is read is the first part until its end.
            guard let part = parts.first else { return nil }
            let record = try decode(line, part)
            place = "\(part.path):\(line.number)"
            if repeats == .give { return record }
            if try repeatedRecords.isFirst(id(record), line.bytes, at: place) { return record }
        }
        return nil
    }

    private func nextLine() throws(TrajectoriesError) -> JSONLine? {
        while true {
            if lines == nil {
                guard let part = parts.first else { return nil }
                if let digest = part.digest { try SealedShard(path: part.path, digest: digest).verify() }
                lines = try TrajectoriesError.translating { () throws(JSONLinesError) in
                    try JSONLinesReader(path: part.path)
                }
            }
            if let line = try lineOfPart() { return line }
            parts = parts.dropFirst()
            lines = nil
        }
    }

    private func lineOfPart() throws(TrajectoriesError) -> JSONLine? {
        do {
            return try lines?.next()
        } catch  where error.code == .truncated && tornTail == .endBefore {
            return nil
        } catch {
            throw TrajectoriesError(error)
        }
    }
}
