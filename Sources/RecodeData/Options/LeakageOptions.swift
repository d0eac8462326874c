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

    /// Whether a list is named.
    var isGiven: Bool { exclude != nil || !heldOut.isEmpty }

    /// The lists that the options name, read, and the program's own.
    /// - Parameter isLifted: whether what leaks is exported all the same.
    /// - Throws: `FilterError` naming a list that cannot be read; ``CommandFailure`` for the list of exclusions.
    func gate(isLifted: Bool = false) throws -> ExportGate {
        try ExportGate(exclude: exclude, heldOut: heldOut, isLifted: isLifted)
    }
}

/// Whether what must not be trained on is left out of a selection, as an option, with the lists that say what that is.
struct LeakDropOptions: ParsableArguments {
    @Flag(
        help: """
            Drop what must not be trained on: dev and test tasks, excluded ones, and those that begin as a held-out one \
            does. Without it they compete, and export refuses them.
            """)
    var dropLeaks = false

    @OptionGroup var lists: LeakageOptions

    var rule: LeakageRule { dropLeaks ? .drop : .keep }

    mutating func validate() throws {
        guard dropLeaks || !lists.isGiven else {
            throw ValidationError(
                "--exclude and --held-out go with --drop-leaks: without it nothing is dropped.")
        }
    }

    /// What says which trajectories are dropped; `nil` where none are.
    func gate() throws -> ExportGate? { dropLeaks ? try lists.gate() : nil }
}

/// What an export does about what must not be trained on, as options.
struct ExportLeakOptions: ParsableArguments {
    @Flag(help: "With --top: drop what must not be trained on before anything is counted.")
    var dropLeaks = false

    @Flag(help: "Export what must not be trained on as well. The manifest and the card say so.")
    var allowLeakage = false
}
