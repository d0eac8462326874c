import JSONLines

/// One record of a source, or what is wrong where one should be.
struct SourceRecord: Sendable {
    /// Where it stands: `instances[3]`, `[3]`, `line 7`.
    var place: String
    /// The value; an issue where there is none.
    var content: Result<ForeignValue, ImportIssue>
}

/// Reads the records of a file: a JSON array, JSON lines (gzipped or not), one object, or an object whose `instances`
/// are the records, as the reference implementation's `results.json`.
///
/// Records before damage are given, and the damage after them.
struct SourceRecords {
    let file: SourceFile

    /// Gives every record to `body`, in order.
    /// - Throws: `notFound` or `unreadable` as ``ImportError``, `badData` for JSON beyond ``SourceFile/byteLimit``, and what
    ///   `body` throws. Damage is given as an issue, never thrown.
    func forEach(_ body: (SourceRecord) throws -> Void) throws {
        if try isJSONLines() { return try forEachLine(body) }
        let bytes = try ImportError.translating { () throws(JSONLinesError) in
            try AtomicFile.read(file.path, byteLimit: SourceFile.byteLimit)
        }
        var document = DocumentRecords(parser: ForeignJSONParser(bytes), bytes: bytes)
        try document.forEach(body)
    }

    private static let lineSuffixes = [".jsonl", ".ndjson", ".gz"]

    /// JSON lines are told by the file's name, or by a first line that is an object by itself.
    private func isJSONLines() throws -> Bool {
        if Self.lineSuffixes.contains(where: file.path.hasSuffix) { return true }
        let reader = try ImportError.translating { () throws(JSONLinesError) in
            try JSONLinesReader(path: file.path, lineByteLimit: SourceFile.byteLimit)
        }
        if reader.isGzip { return true }
        guard let line = try? reader.next() else { return false }
        var parser = ForeignJSONParser(line.bytes)
        guard let object = try? parser.value().object, parser.peek() == nil else { return false }
        return object["instances"] == nil
    }

    private func forEachLine(_ body: (SourceRecord) throws -> Void) throws {
        let reader = try ImportError.translating { () throws(JSONLinesError) in
            try JSONLinesReader(path: file.path)
        }
        while true {
            let line: JSONLine?
            do {
                line = try reader.next()
            } catch {
                guard [.truncated, .corrupt, .lineTooLong].contains(error.code) else {
                    throw ImportError(.unreadable, error.message, cause: error.cause)
                }
                let code: ImportIssue.Code = error.code == .truncated ? .fileTorn : .fileDamaged
                let place = "line \(reader.lastLineNumber + 1)"
                return try body(
                    SourceRecord(place: place, content: .failure(ImportIssue(code, error.message))))
            }
            guard let line else { return }
            try body(SourceRecord(place: "line \(line.number)", content: Self.value(of: line)))
        }
    }

    private static func value(of line: JSONLine) -> Result<ForeignValue, ImportIssue> {
        var parser = ForeignJSONParser(line.bytes + [UInt8(ascii: "\n")])
        do {
            let value = try parser.value()
            guard parser.peek() == nil else {
                return .failure(
                    ImportIssue(.notJSON, "something stands behind the value, at byte \(parser.position)"))
            }
            return parser.hasDamagedText ? .failure(.damagedText) : .success(value)
        } catch {
            return .failure(ImportIssue(.notJSON, "\(error.message), at byte \(error.offset) of the line"))
        }
    }
}

extension ImportIssue {
    /// What is said of a record whose texts are not what was written.
    fileprivate static let damagedText = ImportIssue(
        .notUTF8, "a text of the record holds bytes that are not UTF-8, or half a surrogate pair")
}

/// The records of a JSON document that is in memory.
private struct DocumentRecords {
    var parser: ForeignJSONParser
    let bytes: [UInt8]

    mutating func forEach(_ body: (SourceRecord) throws -> Void) throws {
        do {
            switch parser.peek() {
            case nil: return
            case UInt8(ascii: "["): try elements(named: "", body)
            case UInt8(ascii: "{"): try object(body)
            default: throw noRecords()
            }
            if parser.peek() != nil {
                try body(
                    damage(
                        ForeignJSONProblem(
                            code: .malformed, offset: parser.position,
                            message: "something stands behind the value")))
            }
        } catch let problem as ForeignJSONProblem {
            try body(damage(problem))
        }
    }

    /// What to say of a text that is neither of the forms.
    private func noRecords() -> ForeignJSONProblem {
        let first = bytes[parser.position...].prefix { $0 != UInt8(ascii: "\n") }.prefix(40)
        return ForeignJSONProblem(
            code: .malformed, offset: parser.position,
            message:
                "the file begins with “\(String(decoding: first, as: UTF8.self))”, expected a JSON array or object,"
                + " or an object a line")
    }

    private func damage(_ problem: ForeignJSONProblem) -> SourceRecord {
        let isTorn = problem.code == .truncated
        let line = bytes.prefix(problem.offset).count { $0 == UInt8(ascii: "\n") } + 1
        return SourceRecord(
            place: "line \(line)",
            content: .failure(
                ImportIssue(
                    isTorn ? .fileTorn : .fileDamaged,
                    "\(problem.message), at byte \(problem.offset); what stands behind it is lost")))
    }

    /// The elements of the array that comes next, each as soon as it is read.
    private mutating func elements(named name: String, _ body: (SourceRecord) throws -> Void) throws {
        try parser.require("[")
        guard !parser.take("]") else { return }
        var index = 0
        repeat {
            // Each is read by a parser of its own, which knows whether its texts are damaged.
            var own = ForeignJSONParser(bytes, position: parser.position)
            let value = try own.value()
            parser = ForeignJSONParser(bytes, position: own.position)
            try body(
                SourceRecord(
                    place: "\(name)[\(index)]",
                    content: own.hasDamagedText ? .failure(.damagedText) : .success(value)))
            index += 1
        } while parser.take(",")
        try parser.require("]")
    }

    /// An object: its `instances`, or itself.
    private mutating func object(_ body: (SourceRecord) throws -> Void) throws {
        let start = parser.position
        var hasInstances = false
        try parser.require("{")
        if !parser.take("}") {
            repeat {
                let key = try parser.key()
                if key == "instances", parser.peek() == UInt8(ascii: "[") {
                    hasInstances = true
                    try elements(named: "instances", body)
                } else {
                    _ = try parser.value(depth: 1)
                }
            } while parser.take(",")
            try parser.require("}")
        }
        guard !hasInstances else { return }
        var whole = ForeignJSONParser(bytes, position: start)
        let value = try whole.value()
        try body(
            SourceRecord(
                place: "line 1", content: whole.hasDamagedText ? .failure(.damagedText) : .success(value)))
    }
}
