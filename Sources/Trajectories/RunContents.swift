import JSONLines

/// Where a record stands in an unsealed run, so that sealing can fetch it without holding all in memory.
struct RecordPlace: Sendable, Hashable {
    var file: String
    /// Stored offset of its gzip member.
    var offset: Int
    /// Which line of that member it is, from 0.
    var indexInMember: Int

    /// Reads the record's line.
    func line() throws(JSONLinesError) -> [UInt8] {
        let reader = try JSONLinesReader(path: file, offset: offset)
        for _ in 0..<indexInMember { _ = try reader.next() }
        guard let line = try reader.next() else {
            throw JSONLinesError(
                .corrupt,
                "\(file) has lost the record at byte \(offset) while the run was going on. "
                    + "Is another program writing there? Resume the run.")
        }
        return line.bytes
    }
}

/// What a run that stopped had collected.
struct RunContents {
    private(set) var places: [String: RecordPlace] = [:]
    private(set) var counts = RunCounts()
    private(set) var cutTails: [CutTail] = []
    private var repeats = RepeatedRecords()

    /// Nothing: a new run.
    init() {}

    /// Reads an unsealed run, cuts torn tails, and removes what a crash left under temporary names.
    ///
    /// - Throws: `corrupt`, `badRecord` or `badRun` naming file and line where more than a tail is damaged.
    static func recover(_ files: RunFiles) throws(TrajectoriesError) -> RunContents {
        var contents = RunContents()
        for part in try files.parts() { try contents.add(part, of: files) }
        try TrajectoriesError.translating { () throws(JSONLinesError) in
            try files.removeLeftovers()
            if Directory.isPresent(files.timings) { try cutTornTimings(of: files) }
        }
        return contents
    }

    private mutating func add(_ part: String, of files: RunFiles) throws(TrajectoriesError) {
        let reader = try TrajectoriesError.translating { () throws(JSONLinesError) in
            try JSONLinesReader(path: part)
        }
        var last: RecordPlace?
        while let line = try nextLine(of: reader, files) {
            guard reader.isGzip else {
                throw TrajectoriesError(.badRun, "\(part): not gzipped, as a run's shards are. Collect anew.")
            }
            let trajectory = try TrajectoryCodec.decode(line, in: part)
            let isSameMember = last?.offset == line.offset
            let place = RecordPlace(
                file: part, offset: line.offset,
                indexInMember: isSameMember ? (last?.indexInMember ?? 0) + 1 : 0)
            last = place
            if try repeats.isFirst(trajectory.id, line.bytes, at: "\(part):\(line.number)") {
                places[trajectory.id] = place
                counts.add(trajectory)
            }
        }
    }

    /// The next line; a torn tail is cut off and noted, and then there is none.
    private mutating func nextLine(
        of reader: JSONLinesReader, _ files: RunFiles
    ) throws(TrajectoriesError) -> JSONLine? {
        do {
            return try reader.next()
        } catch  where error.code == .truncated {
            let tail = try TrajectoriesError.translating { () throws(JSONLinesError) in
                let byteCount = try files.cut(reader.path, toByteCount: reader.wholeByteCount)
                return CutTail(
                    file: reader.path, line: reader.lastLineNumber + 1,
                    byteCount: byteCount - reader.wholeByteCount)
            }
            cutTails.append(tail)
            return nil
        } catch {
            throw TrajectoriesError(error)
        }
    }

    /// Durations are written unsynced, so their last line may be torn; the episode's record is what counts.
    private static func cutTornTimings(of files: RunFiles) throws(JSONLinesError) {
        let reader = try JSONLinesReader(path: files.timings)
        while try reader.next() != nil {}
        try files.cut(files.timings, toByteCount: reader.wholeByteCount)
    }
}

/// Tells records that come a second time: between the renames of a sealing that was stopped, a record may stand in
/// two shards, with the same bytes.
struct RepeatedRecords {
    private var digestByID: [String: String] = [:]

    /// Whether a record comes for the first time.
    /// - Throws: `badRun` where the id came before with other bytes.
    mutating func isFirst(_ id: String, _ line: [UInt8], at place: String) throws(TrajectoriesError) -> Bool {
        let digest = Digest.sha256Hex(of: line)
        switch digestByID.updateValue(digest, forKey: id) {
        case nil: return true
        case digest: return false
        default:
            throw TrajectoriesError(
                .badRun,
                "\(place): trajectory \(id) came before with other content: two runs were mixed. "
                    + "Collect anew into another directory.")
        }
    }
}
