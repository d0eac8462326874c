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

    /// The sections that can be had by themselves in this form.
    ///
    /// JSON holds everything. A CSV file holds one table: all numbers of the rows (`counts`), of methods by
    /// environments, or of the structure.
    public var sections: [StudySection] {
        switch self {
        case .text, .markdown, .latex: StudySection.allCases
        case .csv: [.environments, .counts, .structure]
        case .json: []
        }
    }
}

extension StudyTable {
    /// The study as text that ends in a newline.
    /// - Parameter only: one of the form's ``StudyFormat/sections``; without it everything, of CSV the rows.
    /// - Throws: `EncodingError` for a number JSON does not have.
    public func rendered(as format: StudyFormat, only: StudySection? = nil) throws -> String {
        switch format {
        case .text: textTables(only)
        case .json: String(decoding: try CanonicalJSON.encodePretty(self), as: UTF8.self)
        case .csv: csvLines(only)
        case .markdown: markdownTables(only)
        case .latex: latexTables(only)
        }
    }

    private func csvLines(_ only: StudySection?) -> String {
        switch only {
        case .environments: environmentLines
        case .structure: structureLines
        default: rowLines
        }
    }
}
