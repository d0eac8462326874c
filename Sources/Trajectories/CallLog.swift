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
    public private(set) var usage = Usage.zero
    /// What those calls cost whose price is known, in US dollars.
    public private(set) var knownCostUSD = 0.0

    private let files: RunFiles
    private var path: String { files.calls }
    private var index = CallIndex()
    private var file: AppendingFile?
    private let compressor = GzipCompressor()
    private let secrets: SecretFilter

    /// Opens the calls of a run directory that is being collected, cutting a torn tail.
    /// - Throws: `corrupt` or `badRecord` naming file and line where more than a tail is damaged.
    init(_ files: RunFiles, _ secrets: SecretFilter = .none) throws(TrajectoriesError) {
        self.files = files
        self.secrets = secrets
        guard Directory.isPresent(path) else { return }
        let reader = try CallReader(path: path)
        do {
            while let (record, place) = try reader.next() {
                index.places[record.key] = place
                add(record.usage)
            }
        } catch  where error.code == .truncated {
            cutTail = try TrajectoriesError.translating { () throws(JSONLinesError) in
                let byteCount = try files.cut(path, toByteCount: reader.wholeByteCount)
                return CutTail(
                    file: path, line: reader.lastLineNumber + 1,
                    byteCount: byteCount - reader.wholeByteCount)
            }
        }
    }

    /// The call of a key, as it stood last; `nil` where there was none.
    public func find(_ key: CallKey) throws(TrajectoriesError) -> CallRecord? {
        try index.find(key)
    }

    /// Adds a call; when this returns, a crash cannot lose it.
    /// - Throws: `unwritable`, and then the file is as before.
    public func append(_ record: CallRecord) throws(TrajectoriesError) {
        let line: [UInt8]
        do {
            line = secrets.redacted(json: try CanonicalJSON.encode(record)) + [UInt8(ascii: "\n")]
        } catch {
            throw TrajectoriesError(.badRecord, "a call cannot be written as JSON", cause: "\(error)")
        }
        try TrajectoriesError.translating { () throws(JSONLinesError) in
            if file == nil {
                try Directory.create(files.callsDirectory)
                file = try AppendingFile(RunFiles.callsName, in: files.path)
            }
            guard let file else { return }
            let offset = file.byteCount
            try file.append(compressor.member(of: line))
            index.places[record.key] = RecordPlace(file: path, offset: offset, indexInMember: 0)
        }
        add(record.usage)
    }

    private func add(_ spent: Usage) {
        usage.add(spent)
        knownCostUSD += spent.costUSD ?? 0
    }

    /// Writes the calls anew in the order of their episodes, without those that were asked again.
    ///
    /// - Parameter order: the episodes of the run, in canonical order; calls of others are dropped.
    /// - Returns: the file's digest, and what its calls cost, added up in their order; `nil` where there were no calls.
    /// - Throws: `unwritable`; then the file is as before.
    /// - Complexity: O(*n* log *n*) in calls; their texts are read one at a time.
    func seal(order: [String]) throws(TrajectoriesError) -> (digest: FileDigest, usage: Usage)? {
        guard Directory.isPresent(path) else { return nil }
        let rank = Dictionary(
            order.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        let sorted = index.places.compactMap { key, place in
            rank[key.trajectoryID].map { (rank: $0, call: key.call, place: place) }
        }.sorted { ($0.rank, $0.call) < ($1.rank, $1.call) }
        let writer = try TrajectoriesError.translating { () throws(JSONLinesError) in
            try AtomicLinesWriter(path: path, compression: .gzip, links: .refused)
        }
        var usage = Usage.zero
        for call in sorted {
            let line = try TrajectoriesError.translating { () throws(JSONLinesError) in
                let line = try call.place.line()
                try writer.append(line)
                return line
            }
            usage.add(try CallReader.decode(line, at: "\(call.place.file)@\(call.place.offset)").usage)
        }
        let digest = try TrajectoriesError.translating { () throws(JSONLinesError) in try writer.finish() }
        return (digest, usage)
    }
}

/// Where the calls of a run stand, by episode and number; the texts stay on disk.
public struct CallIndex: Sendable {
    var places: [CallKey: RecordPlace] = [:]

    /// Of no calls.
    init() {}

    /// Looks through a file of calls once; the last of a key counts.
    init(path: String) throws(TrajectoriesError) {
        let reader = try CallReader(path: path)
        while let (record, place) = try reader.next() { places[record.key] = place }
    }

    /// Reads the call of a key; `nil` where there is none.
    /// - Throws: `corrupt` or `badRecord` where the file has changed since.
    public func find(_ key: CallKey) throws(TrajectoriesError) -> CallRecord? {
        guard let place = places[key] else { return nil }
        let line = try TrajectoriesError.translating { () throws(JSONLinesError) in try place.line() }
        return try CallReader.decode(line, at: "\(place.file)@\(place.offset)")
    }
}

/// Reads the calls of a run, in the order they stand.
final class CallReader {
    private let reader: JSONLinesReader
    private var last: RecordPlace?

    /// Opens a file of calls.
    /// - Throws: `notFound` or `unreadable`.
    init(path: String) throws(TrajectoriesError) {
        reader = try TrajectoriesError.translating { () throws(JSONLinesError) in
            try JSONLinesReader(path: path)
        }
    }

    /// The next call and its place; `nil` at the end. A sealed file has many calls in one gzip member.
    /// - Throws: `truncated`, `corrupt`, or `badRecord` naming file, line and key.
    func next() throws(TrajectoriesError) -> (record: CallRecord, place: RecordPlace)? {
        let line = try TrajectoriesError.translating { () throws(JSONLinesError) in try reader.next() }
        guard let line else { return nil }
        let isSameMember = last?.offset == line.offset
        let place = RecordPlace(
            file: reader.path, offset: line.offset,
            indexInMember: isSameMember ? (last?.indexInMember ?? 0) + 1 : 0)
        last = place
        return (try Self.decode(line.bytes, at: "\(reader.path):\(line.number)"), place)
    }

    static func decode(_ line: [UInt8], at place: String) throws(TrajectoriesError) -> CallRecord {
        do {
            return try RecordProblem.decode(CallRecord.self, from: line)
        } catch {
            throw TrajectoriesError(
                .badRecord, "\(place): not a call of a language model: \(error.text)")
        }
    }

    /// How much of the file is known to be whole; see ``JSONLinesReader``.
    var wholeByteCount: Int { reader.wholeByteCount }

    /// The number of the line given last.
    var lastLineNumber: Int { reader.lastLineNumber }
}
