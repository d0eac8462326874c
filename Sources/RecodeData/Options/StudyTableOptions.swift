import ArgumentParser
import Study

/// What is shown of a study, and in which form, as options.
struct StudyTableOptions: ParsableArguments {
    @Option(help: "The form of the tables.")
    var format = StudyFormat.text

    @Option(
        help: ArgumentHelp(
            "Only this kind of table; of text, markdown and latex all without it (environments, methods side by side in each, where there are several), of csv (counts, environments or structure) counts. json holds everything."
        ))
    var table: StudySection?

    @Option(help: "Whose published figures are shown beside; csv has none.")
    var published = PublishedChoice.paper

    mutating func validate() throws {
        guard let table, !format.sections.contains(table) else { return }
        let names = format.sections.map(\.rawValue).joined(separator: ", ")
        throw ValidationError(
            names.isEmpty
                ? "--table \(table.rawValue): \(format.rawValue) holds everything. Leave --table out."
                : "--table \(table.rawValue): \(format.rawValue) has one table of \(names).")
    }
}

extension StudyFormat: ExpressibleByArgument {}
extension StudySection: ExpressibleByArgument {}
extension PublishedChoice: ExpressibleByArgument {}
