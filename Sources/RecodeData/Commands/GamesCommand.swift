import ArgumentParser
import Trajectories

/// `recode-data games`.
struct GamesCommand: LongCommand {
    static let afterInterruption = AfterInterruption.goesOn(with: nil)
    static let configuration = CommandConfiguration(
        commandName: "games",
        abstract: "Make games for ALFWorld where the real ones are not at hand.",
        discussion: """
            They are made from the floor plans of ALFWorld's package (make setup-alfworld) and lie as the real ones do; \
            collect --env alfworld --games DIR plays them. Each has been won once before it is kept. The same seed gives the \
            same bytes on any machine; some floor plans are kept for test. Games that are there already are kept as they are.
            """)

    @Option(help: ArgumentHelp("How many games of each task type and split.", valueName: "n"))
    var perType = 20

    @Option(help: ArgumentHelp("Where every random draw comes from.", valueName: "n"))
    var seed = 0

    @Option(help: "Only the games of this split; all without it.")
    var split: Split?

    @Option(
        help: ArgumentHelp(
            "How many are made at a time; one for each processor without it.", valueName: "n"))
    var jobs: Int?

    @Option(
        help: ArgumentHelp(
            "The Python that has ALFWorld's package (or set \(Machine.pythonVariable)).", valueName: "path"))
    var python = Machine.pythonFromEnvironment

    @Option(
        help: ArgumentHelp("Where the games go; made where it is missing.", valueName: "dir"),
        transform: OptionText.path)
    var out: String

    mutating func validate() throws {
        for (option, value) in [("per-type", perType), ("jobs", jobs ?? 1)] where value < 1 {
            throw ValidationError("--\(option) is \(value), expected 1 or more.")
        }
    }

    func run() async throws {
        try await GameMaking(
            order: GameOrder(perType: perType, seed: seed), split: split, jobs: jobs, python: python
        ).run(into: out)
    }
}
