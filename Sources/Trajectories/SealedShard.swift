import JSONLines

/// A file of a finished run, held against what `run.json` says of it before anything in it is believed.
struct SealedShard: Sendable, Hashable {
    /// Where it lies.
    var path: String
    /// Size, lines and checksum when the run was sealed.
    var digest: FileDigest

    /// Reads the file through once.
    ///
    /// - Throws: `notFound` or `unreadable`; `badRun` where its bytes are others than those that were sealed, naming the
    ///   first damaged line where one is.
    /// - Complexity: O(stored bytes); SHA-256 costs a small part of decoding the records.
    func verify() throws(TrajectoriesError) {
        let found = try TrajectoriesError.translating { () throws(JSONLinesError) in
            try FileDigest.ofFile(path, lineCount: digest.lineCount)
        }
        guard found != digest else { return }
        throw try damage(found)
    }

    private static let advice = "Copy the run again, or collect it anew into another directory."

    /// What is wrong, as near to the place as can be told.
    private func damage(_ found: FileDigest) throws(TrajectoriesError) -> TrajectoriesError {
        let reader = try TrajectoriesError.translating { () throws(JSONLinesError) in
            try JSONLinesReader(path: path)
        }
        var lineCount = 0
        do {
            while try reader.next() != nil { lineCount += 1 }
        } catch {
            return TrajectoriesError(
                .badRun,
                "\(path):\(reader.lastLineNumber + 1): the shard of a finished run is damaged from this line on, or its "
                    + "end is missing: run.json says \(digest.byteCount) bytes with \(digest.lineCount) records, "
                    + "and there are \(found.byteCount) bytes with \(lineCount) whole records. \(Self.advice)",
                cause: error.cause)
        }
        guard lineCount == digest.lineCount else {
            return TrajectoriesError(
                .badRun,
                "\(path):\(lineCount + 1): the shard holds \(lineCount) records, run.json says \(digest.lineCount). "
                    + Self.advice)
        }
        return TrajectoriesError(
            .badRun,
            "\(path): the shard was changed after the run was finished: its sha256 is \(found.sha256.prefix(16))…, "
                + "run.json says \(digest.sha256.prefix(16))…. \(Self.advice)")
    }
}
