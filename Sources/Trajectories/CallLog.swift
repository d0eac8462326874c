import JSONLines

/// The calls of a run: `RUN/calls/part-00000.jsonl.gz`, one gzip member a call, synced when it is written.
///
/// While a run is collected, calls stand in the order they were answered; sealing puts them into the order of their
/// episodes. A call that stands twice (its episode was stopped and asked something else when it was played again)
/// counts as it stood last. The file is made with the first call: a scripted policy leaves none.
public final class CallLog {
    /// What resuming removed.
    public private(set) var cutTail: CutTail?
    /// What all calls cost together.
    public private(set) var usage = Usage()

    private let path: String
    private var places: [CallKey: Int] = [:]
    private var file: AppendingFile?
    private let compressor = GzipCompressor()

    /// Opens the calls of a run directory that is being collected, cutting a torn tail.
    /// - Throws: `corrupt` or `badRecord` naming file and line where more than a tail is damaged.
    init(_ files: RunFiles) throws(TrajectoriesError) {
        path = files.calls
        guard Directory.isPresent(path) else { return }
        let reader = try CallReader(path: path)
        do {
            while let (record, offset) = try reader.next() {
                places[record.key] = offset
                usage.add(record.response.usage)
            }
        } catch  where error.code == .truncated {
            cutTail = try TrajectoriesError.translating { () throws(JSONLinesError) in
                try reader.cutTornTail()
            }
        }
    }

    /// The call of a key, as it stood last; `nil` where there was none.
    public func find(_ key: CallKey) throws(TrajectoriesError) -> CallRecord? {
        guard let offset = places[key] else { return nil }
        return try CallReader(path: path, offset: offset).next()?.record
    }

    /// Adds a call; when this returns, a crash cannot lose it.
    /// - Throws: `unwritable`, and then the file is as before.
    public func append(_ record: CallRecord) throws(TrajectoriesError) {
        let line: [UInt8]
        do {
            line = try CanonicalJSON.encode(record) + [UInt8(ascii: "\n")]
        } catch {
            throw TrajectoriesError(.badRecord, "a call cannot be written as JSON", cause: "\(error)")
        }
        try TrajectoriesError.translating { () throws(JSONLinesError) in
            if file == nil {
                try Directory.create(Self.parent(of: path))
                file = try AppendingFile(path: path)
            }
            guard let file else { return }
            let offset = file.byteCount
            try file.append(compressor.member(of: line))
            places[record.key] = offset
        }
        usage.add(record.response.usage)
    }

    /// Writes the calls anew in the order of their episodes, without those that were asked again.
    ///
    /// - Parameter order: the episodes of the run, in canonical order; calls of others are dropped.
    /// - Returns: the file's digest; `nil` where there were no calls.
    /// - Throws: `unwritable`; then the file is as before.
    /// - Complexity: O(*n* log *n*) in calls; their texts are read one at a time.
    func seal(order: [String]) throws(TrajectoriesError) -> FileDigest? {
        guard Directory.isPresent(path) else { return nil }
        let rank = Dictionary(
            order.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        let sorted = places.compactMap { key, offset in
            rank[key.trajectoryID].map { (rank: $0, call: key.call, offset: offset) }
        }.sorted { ($0.rank, $0.call) < ($1.rank, $1.call) }
        return try TrajectoriesError.translating { () throws(JSONLinesError) in
            let writer = try AtomicLinesWriter(path: path, compression: .gzip)
            for call in sorted {
                let reader = try JSONLinesReader(path: path, offset: call.offset)
                if let line = try reader.next() { try writer.append(line.bytes) }
            }
            let digest = try writer.complete()
            try writer.publish()
            return digest
        }
    }

    private static func parent(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    }
}

/// Reads the calls of a run, in the order they stand.
public final class CallReader {
    private let reader: JSONLinesReader

    /// Opens a file of calls.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - offset: the stored offset of the gzip member to begin with.
    /// - Throws: `notFound` or `unreadable`.
    public init(path: String, offset: Int = 0) throws(TrajectoriesError) {
        reader = try TrajectoriesError.translating { () throws(JSONLinesError) in
            try JSONLinesReader(path: path, offset: offset)
        }
    }

    /// The next call, with the stored offset of its member; `nil` at the end.
    /// - Throws: `truncated`, `corrupt`, or `badRecord` naming file, line and key.
    public func next() throws(TrajectoriesError) -> (record: CallRecord, offset: Int)? {
        let line = try TrajectoriesError.translating { () throws(JSONLinesError) in try reader.next() }
        guard let line else { return nil }
        do {
            return (try RecordProblem.decode(CallRecord.self, from: line.bytes), line.offset)
        } catch {
            throw TrajectoriesError(
                .badRecord, "\(reader.path):\(line.number): not a call of a language model: \(error.text)")
        }
    }

    /// Cuts what follows the last whole member.
    func cutTornTail() throws(JSONLinesError) -> CutTail {
        let byteCount = try AppendingFile(path: reader.path).byteCount
        try AppendingFile.cut(reader.path, toByteCount: reader.wholeByteCount)
        return CutTail(
            file: reader.path, line: reader.lastLineNumber + 1, byteCount: byteCount - reader.wholeByteCount)
    }
}
