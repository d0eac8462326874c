import Trajectories

/// What became of one record of a source: a line of `import-report.jsonl`.
public struct ImportedRecord: Codable, Sendable, Hashable {
    /// Always ``schemaName``.
    public var schema = Self.schemaName
    /// The file's name.
    public var source: String
    /// Where in the file: `instances[3]`, `line 7`; the file's end for what is wrong with the file.
    public var place: String
    /// The record's own id; `nil` where it has none.
    public var recordID: String?
    /// The log's name; `nil` where there is none.
    public var log: String?
    /// The trajectory it became; `nil` where it is left out.
    public var trajectoryID: String?
    /// Answers that were asked for.
    public var answers = 0
    /// Answers that came over with their prompts.
    public var recovered = 0
    /// What did not come over.
    public var issues: [ImportIssue] = []

    /// The schema of a line.
    public static let schemaName = "recode.import.v1"

    enum CodingKeys: String, CodingKey {
        case schema, source, place, log, answers, recovered, issues
        case recordID = "record_id"
        case trajectoryID = "trajectory_id"
    }

    /// Begins the line of a record.
    init(source: String, place: String) {
        self.source = source
        self.place = place
    }

    /// Encodes every key; absent values are null.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(schema, forKey: .schema)
        try container.encode(source, forKey: .source)
        try container.encode(place, forKey: .place)
        try container.encode(recordID, forKey: .recordID)
        try container.encode(log, forKey: .log)
        try container.encode(trajectoryID, forKey: .trajectoryID)
        try container.encode(answers, forKey: .answers)
        try container.encode(recovered, forKey: .recovered)
        try container.encode(issues, forKey: .issues)
    }
}

/// What an import came to, in numbers.
public struct ImportSummary: Sendable, Hashable {
    /// Records that were read, good or not.
    public private(set) var read = 0
    /// Records that became trajectories.
    public private(set) var imported = 0
    /// Records left out, by the issue that cost them.
    public private(set) var leftOut: [ImportIssue.Code: Int] = [:]
    /// What is wrong with whole files.
    public private(set) var ofFiles: [ImportIssue.Code: Int] = [:]
    /// What trajectories lack, by issue: how often, all records together.
    public private(set) var lost: [ImportIssue.Code: Int] = [:]
    /// Answers that were asked for in the trajectories.
    public private(set) var answers = 0
    /// Answers that came over with their prompts.
    public private(set) var recovered = 0

    /// A summary of nothing.
    public init() {}

    /// Counts a record.
    mutating func add(_ record: ImportedRecord) {
        let codes = record.issues.map(\.code)
        if let code = codes.first, code.isOfFile {
            ofFiles[code, default: 0] += 1
            return
        }
        read += 1
        guard record.trajectoryID != nil else {
            if let code = codes.last { leftOut[code, default: 0] += 1 }
            return
        }
        imported += 1
        answers += record.answers
        recovered += record.recovered
        for code in codes { lost[code, default: 0] += 1 }
    }

    /// Counts by name, in alphabetic order: `2 log_missing, 1 log_torn`.
    public static func words(_ counts: [ImportIssue.Code: Int]) -> String {
        counts.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($0.value) \($0.key.rawValue)" }
            .joined(separator: ", ")
    }
}

extension ImportIssue.Code {
    /// Whether it is about a file rather than about one of its records.
    var isOfFile: Bool { self == .fileTorn || self == .fileDamaged }
}
