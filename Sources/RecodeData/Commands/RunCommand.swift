import ArgumentParser
import JSONLines
import Prompts

/// `recode-data run`.
struct RunCommand: LongCommand {
    static let afterInterruption = AfterInterruption.goesOn(with: nil)
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "The whole pipeline from one file: collect, filter, export, count; resumable.",
        discussion: """
            docs/pipeline.md describes the file. Run the same command again to go on after an interruption; what is \
            done already is recognised. Standard output gets the table of counts.
            """)

    @Argument(
        help: ArgumentHelp("The pipeline file.", valueName: "pipeline.yaml"), transform: OptionText.path)
    var file: String

    @Option(
        help: ArgumentHelp("Where the results go; made where it is missing.", valueName: "dir"),
        transform: OptionText.path)
    var out: String

    @OptionGroup(title: "What it runs on")
    var machine: MachineOptions

    @OptionGroup(title: "Language models")
    var models: ModelOptions

    @OptionGroup(title: "Language models")
    var prompts: PromptOptions

    @OptionGroup(title: "When to stop early (exit 0, resumable)")
    var budget: BudgetOptions

    func run() async throws {
        models.hideKeys()
        let text = try Self.text(of: file)
        let pipeline = try PipelineFile.parse(text, file: file)
        let run = PipelineRun(
            pipeline: pipeline, text: text, directory: out, machine: machine.machine(),
            models: models.sources(
                prompts: try PromptLibrary.read(from: prompts.prompts, for: pipeline.promptStyles)),
            budget: budget.budget)
        try await run.run()
    }

    private static func text(of file: String) throws -> String {
        guard Directory.isPresent(file) else {
            throw CommandFailure(.badUsage, "\(file): there is no such pipeline file. Check the path.")
        }
        guard !Directory.isDirectory(file) else {
            throw CommandFailure(
                .badUsage,
                "\(file): this is a directory, expected a pipeline file. docs/pipeline.md shows one.")
        }
        let bytes = try AtomicFile.read(file, byteLimit: 1 << 20)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw PipelineFileError(
                file: file, key: "", found: "bytes that are not UTF-8", expected: "YAML text")
        }
        return text
    }
}
