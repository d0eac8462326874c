import JSONLines
import Trajectories

/// What a verification came to, for each path.
struct VerifyReport: Encodable, Sendable {
    /// How a report is printed.
    enum Format: String, Sendable, CaseIterable {
        case text, json
    }

    /// What was found at one path.
    struct Entry: Encodable, Sendable {
        /// What lies at a path.
        enum Kind: String, Encodable, Sendable {
            case run, export
        }

        /// The path, as given or found.
        var path: String
        /// What lies there.
        var kind: Kind
        /// What is wrong.
        var findings: CheckFindings
        /// Trajectories read.
        var trajectories: Int?
        /// Calls of a language model read.
        var calls: Int?
        /// Rows read.
        var rows: Int?
        /// Files that were only compared with their checksums.
        var unreadFiles: [String] = []
        /// What following the rows back came to.
        var lineage: LineageCheck.Summary?
        /// What making the export again came to.
        var remake: ExportRemake.Summary?
        /// What playing episodes again came to.
        var reexecution: ReexecutionSample.Summary?

        enum CodingKeys: String, CodingKey {
            case path, kind, whole, problems, trajectories, calls, rows, lineage, remake, reexecution
            case problemCount = "problem_count"
            case unreadFiles = "unread_files"
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(path, forKey: .path)
            try container.encode(kind, forKey: .kind)
            try container.encode(findings.isEmpty, forKey: .whole)
            try container.encode(findings.count, forKey: .problemCount)
            try container.encode(findings.first, forKey: .problems)
            try container.encode(trajectories, forKey: .trajectories)
            try container.encode(calls, forKey: .calls)
            try container.encode(rows, forKey: .rows)
            try container.encode(unreadFiles, forKey: .unreadFiles)
            try container.encode(lineage, forKey: .lineage)
            try container.encode(remake, forKey: .remake)
            try container.encode(reexecution, forKey: .reexecution)
        }
    }

    /// The paths, in order.
    var entries: [Entry]

    /// Whether nothing is wrong anywhere.
    var isWhole: Bool { entries.allSatisfy { $0.findings.isEmpty } }

    /// How much is wrong.
    var problemCount: Int { entries.reduce(0) { $0 + $1.findings.count } }

    private enum CodingKeys: CodingKey {
        case schema, whole, paths
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode("recode.verification.v1", forKey: .schema)
        try container.encode(isWhole, forKey: .whole)
        try container.encode(entries, forKey: .paths)
    }

    /// The report, ending with a newline.
    func rendered(as format: Format) throws -> String {
        switch format {
        case .json: String(decoding: try CanonicalJSON.encodePretty(self), as: UTF8.self)
        case .text: entries.map { "\($0.words)\n" }.joined()
        }
    }
}

extension VerifyReport.Entry {
    /// `out/export: export, whole: 42 rows; 42 rows lead back to 5 trajectories, 42 the same when decomposed again; made again:
    /// 3 files the same to the byte`.
    var words: String {
        var parts: [String] = []
        if let trajectories {
            parts.append(Wording.count(trajectories, "trajectory", plural: "trajectories"))
        }
        if let calls { parts.append(Wording.count(calls, "call")) }
        if let rows { parts.append(Wording.count(rows, "row")) }
        if !unreadFiles.isEmpty {
            let files = Wording.count(unreadFiles.count, "Parquet file")
            parts.append("\(files) with the recorded size and checksum, rows not read (no pyarrow here)")
        }
        if let lineage { parts.append(lineage.words) }
        if let remake, findings.isEmpty { parts.append(remake.words) }
        if let reexecution { parts.append(reexecution.words) }
        let verdict = findings.isEmpty ? "whole" : Wording.count(findings.count, "problem")
        return "\(path.shown): \(kind.rawValue), \(verdict)" + (parts.isEmpty ? "" : ": ")
            + parts.joined(separator: "; ")
    }
}

/// Counts by reason: `2 imported, 1 executor_limit`.
func reasonWords(_ counts: [String: Int]) -> String {
    counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
}
