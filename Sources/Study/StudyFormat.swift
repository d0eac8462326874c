import Trajectories

/// The forms a study is written in.
public enum StudyFormat: String, Sendable, Hashable, CaseIterable {
    /// Aligned columns for a terminal, methods side by side.
    case text
    /// All numbers, rewards 0…1.
    case json
    /// All numbers, rewards 0…1, one line a row.
    case csv
    /// The side-by-side table for a page.
    case markdown
    /// The side-by-side table for a paper (booktabs).
    case latex
}

extension StudyTable {
    /// The study as text that ends in a newline.
    /// - Throws: `EncodingError` for a number JSON does not have.
    public func rendered(as format: StudyFormat) throws -> String {
        switch format {
        case .text: textTables
        case .json: String(decoding: try CanonicalJSON.encodePretty(self), as: UTF8.self)
        case .csv: csvLines
        case .markdown: markdownTables
        case .latex: latexTables
        }
    }
}
