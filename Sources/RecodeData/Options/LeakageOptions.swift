import ArgumentParser
import Filter

/// What must not be trained on, as options.
struct LeakageOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Task ids that must not be trained on, one a line; one that ends in * stands for all that begin so.",
            valueName: "file"), transform: OptionText.path)
    var exclude: String?

    @Option(
        help: ArgumentHelp(
            "A list of held-out instances, made by recode-data held-out, beside those in data/held-out; may be repeated.",
            valueName: "file"), transform: OptionText.path)
    var heldOut: [String] = []

    /// The lists that the options name, read.
    /// - Parameter isLifted: whether what leaks is exported all the same.
    /// - Throws: `FilterError` naming a list that cannot be read; ``CommandFailure`` for the list of exclusions.
    func gate(isLifted: Bool = false) throws -> ExportGate {
        try ExportGate(exclude: exclude, heldOut: heldOut, isLifted: isLifted)
    }
}

/// Whether what must not be trained on is left out of a selection, as an option.
struct LeakDropOptions: ParsableArguments {
    @Flag(
        help: """
            Drop what must not be trained on: dev and test tasks, excluded ones, and those that begin as a held-out one \
            does. Without it they compete, and an export of them is refused.
            """)
    var dropLeaks = false

    var rule: LeakageRule { dropLeaks ? .drop : .keep }
}
