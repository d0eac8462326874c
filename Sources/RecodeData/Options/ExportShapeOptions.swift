import ArgumentParser
import Export
import Trajectories

/// What rows look like and in which order they stand, as options.
struct ExportShapeOptions: ParsableArguments {
    @Option(help: "The record a trainer reads.")
    var format = ExportFormat.promptCompletion

    @Option(
        help: ArgumentHelp(
            "Where what is known of a row stands: in columns, in a file of its own, or nowhere; without it as columns, "
                + "where the format allows more keys than its own."))
    var metadata: MetadataPlace?

    @Option(
        help:
            "What becomes of answers that failed: no rows, rows that mend, or rows of a chosen and a rejected answer."
    )
    var failures = FailurePolicy.drop

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "With --failures preference: by how much the rewards of two trajectories differ at least, for an answer of one to be "
                + "chosen over the other's: above 0, at most 1. (default: any difference)", valueName: "x"))
    var rewardMargin: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Prompts of react and codeact hold at most the last n earlier turns; without it all.",
            valueName: "n"))
    var history: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "How many tokens a row may have under the chat template, prompt and completion together.",
            valueName: "n"))
    var maxTokens: Int?

    @Option(
        help: ArgumentHelp(
            "With --max-tokens: what becomes of longer rows: none are written, values of variables are cut until they fit, or "
                + "they stay. (default: drop)"))
    var overLength: OverLengthPolicy?

    @Option(
        help: ArgumentHelp(
            "What becomes of rows that hold control tokens of chat templates, such as <|im_end|>: left out (drop), with a "
                + "backslash in each token (escape), or unchanged (keep)."))
    var controlTokens = ControlTokenPolicy.drop

    @Option(help: "The order of the rows.")
    var order = RowOrder.Name.collected

    @Option(
        help: ArgumentHelp(
            "With --order curriculum: what makes a pair hard, the first measure first: height, steps, reward, length. "
                + "(default: height,length)", valueName: "a,b"),
        transform: OptionText.measures)
    var by: [CurriculumMeasure]?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("With --order curriculum: how many stages. (default: 3)", valueName: "n"))
    var stages: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Keep this part of the task instances back, whole, as a validation split: above 0, below 1.",
            valueName: "x"))
    var holdout: Double?

    @Option(
        help: ArgumentHelp(
            "The licence that the card names, as Hugging Face writes it: apache-2.0, cc-by-4.0, … (default: other)",
            valueName: "id"))
    var license: String?

    mutating func validate() throws {
        guard license.map(ExportShape.isLicense) ?? true else {
            throw ValidationError("--license: expected \(ExportShape.licenseExpected).")
        }
        guard order == .curriculum || (by == nil && stages == nil) else {
            throw ValidationError("--by and --stages go with --order curriculum.")
        }
        guard ExportShape.stages.contains(stages ?? 1) else {
            throw ValidationError("--stages: expected 1 or more, up to 1000000.")
        }
        guard holdout.map({ $0 > 0 && $0 < 1 }) ?? true else {
            throw ValidationError("--holdout: expected a part above 0, below 1, such as 0.05.")
        }
        guard rewardMargin == nil || failures == .preference else {
            throw ValidationError("--reward-margin goes with --failures preference.")
        }
        guard rewardMargin.map({ $0 > 0 && $0 <= 1 }) ?? true else {
            throw ValidationError("--reward-margin: expected a difference above 0, at most 1, such as 0.2.")
        }
        guard history.map({ $0 >= 0 }) ?? true else {
            throw ValidationError("--history: expected 0 or more.")
        }
        guard maxTokens != nil || overLength == nil else {
            throw ValidationError("--over-length goes with --max-tokens, which says how long is too long.")
        }
        guard maxTokens.map({ $0 >= 1 }) ?? true else {
            throw ValidationError("--max-tokens: expected 1 or more.")
        }
        if let refusal = shape(seed: 0).refusal {
            throw ValidationError(
                "--\(refusal.key.rawValue): expected \(refusal.expected). \(refusal.advice)")
        }
    }

    /// The shape that the options describe.
    func shape(seed: Int) -> ExportShape {
        ExportShape(
            format: format, metadata: metadata, failures: failures, rewardMargin: rewardMargin,
            history: history,
            overLength: maxTokens.map { LengthLimit(maxTokens: $0, policy: overLength ?? .drop) },
            controlTokens: controlTokens, order: RowOrder(order, by: by, stages: stages, seed: seed),
            holdout: holdout.map { Holdout(fraction: $0, seed: seed) }, license: license)
    }
}

extension RowOrder {
    /// An order by its name and what was said of it.
    init(_ name: Name, by measures: [CurriculumMeasure]?, stages: Int?, seed: Int) {
        switch name {
        case .collected: self = .collected
        case .shuffled: self = .shuffled(seed: seed)
        case .curriculum:
            self = .curriculum(Curriculum(by: measures ?? [.height, .length], stages: stages ?? 3))
        }
    }
}

extension OptionText {
    /// Measures of a curriculum separated by commas, each once.
    static func measures(_ text: String) throws -> [CurriculumMeasure] {
        let names = CurriculumMeasure.allCases.map(\.rawValue).joined(separator: ", ")
        let measures = try values(text) { name in
            guard let measure = CurriculumMeasure(rawValue: name) else {
                throw ValidationError("there is no measure `\(name)`, expected some of \(names).")
            }
            return measure
        }
        guard Set(measures).count == measures.count else {
            throw ValidationError("`\(text)` names a measure twice.")
        }
        return measures
    }
}

extension ExportFormat: ExpressibleByArgument {}
extension MetadataPlace: ExpressibleByArgument {}
extension OverLengthPolicy: ExpressibleByArgument {}
extension ControlTokenPolicy: ExpressibleByArgument {}
extension FailurePolicy: ExpressibleByArgument {}
extension RowOrder.Name: ExpressibleByArgument {}
