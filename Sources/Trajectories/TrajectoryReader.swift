import JSONLines

/// Reads records from one file after the other, one at a time, in bounded memory.
public final class TrajectoryReader {
    /// A file to read, and how many lines it must have where that is known.
    struct Part: Sendable {
        var path: String
        var lineCount: Int?
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
    private var recordCount = 0
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
    /// - Throws: `badRecord`, `truncated` or `corrupt` naming file and line; `badRun` where a sealed shard has lost lines;
    ///   `notFound` or `unreadable`. Reading does not go on after an error.
    public func next() throws(TrajectoriesError) -> Trajectory? {
        while let line = try nextLine() {
            let file = lines?.path ?? ""
            let trajectory = try TrajectoryCodec.decode(line, in: file)
            place = "\(file):\(line.number)"
            if repeats == .give { return trajectory }
            if try repeatedRecords.isFirst(trajectory.id, line.bytes, at: place) { return trajectory }
        }
        return nil
    }

    private func nextLine() throws(TrajectoriesError) -> JSONLine? {
        while true {
            if lines == nil {
                guard let part = parts.first else { return nil }
                lines = try TrajectoriesError.translating { () throws(JSONLinesError) in
                    try JSONLinesReader(path: part.path)
                }
                recordCount = 0
            }
            if let line = try lineOfPart() {
                recordCount += 1
                return line
            }
            try checkLineCount()
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

    private func checkLineCount() throws(TrajectoriesError) {
        guard let part = parts.first, let expected = part.lineCount, expected != recordCount else { return }
        throw TrajectoriesError(
            .badRun,
            "\(part.path):\(recordCount + 1): the shard holds \(recordCount) records, run.json says \(expected). "
                + "Copy the run again, or collect it anew into another directory.")
    }
}
