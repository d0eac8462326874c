import Trajectories

extension StudyTable {
    /// A booktabs table for each environment and policy, section by section.
    func latexTables(_ only: StudySection?) -> String {
        let tables = printedSections(only).flatMap { section in
            section.tables.isEmpty
                ? section.notes.map { "% \($0.shown)\n" }
                : section.tables.map { $0.latex(notes: section.notes) }
        }
        guard !tables.isEmpty else { return "% \(Self.nothing)\n" }
        return "% needs \\usepackage{booktabs}\n" + tables.joined(separator: "\n")
    }
}

extension PrintedTable {
    func latex(notes: [String]) -> String {
        let columns = blocks.flatMap(\.columns)
        let rows = ([columns] + lines).map { $0.map(\.shownInLaTeX).joined(separator: " & ") + " \\\\" }
        return """
            \\begin{table}
            \\centering
            \\caption{\(heading.shownInLaTeX). \(notes.joined(separator: " ").shownInLaTeX)}
            \\begin{tabular}{\(String(repeating: "r", count: columns.count))}
            \\toprule
            \(titles) \\\\
            \(rules)
            \(rows[0])
            \\midrule
            \(rows.dropFirst().joined(separator: "\n"))
            \\bottomrule
            \\end{tabular}
            \\end{table}

            """
    }

    private var titles: String {
        blocks.map { block in
            block.title.isEmpty
                ? "" : "\\multicolumn{\(block.columns.count)}{c}{\(block.title.shownInLaTeX)}"
        }.joined(separator: " & ")
    }

    /// A thin rule under each title.
    private var rules: String {
        var first = 1
        var rules: [String] = []
        for block in blocks {
            let last = first + block.columns.count - 1
            if !block.title.isEmpty { rules.append("\\cmidrule(lr){\(first)-\(last)}") }
            first = last + 1
        }
        return rules.joined(separator: " ")
    }
}
