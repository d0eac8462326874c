import Export
import Trajectories

/// What the rows of an export look like, where they stand and in which order.
struct ExportShape: Encodable, Sendable, Hashable {
    /// The record a trainer reads.
    var format = ExportFormat.promptCompletion
    /// Where what is known of a row stands; `nil` for where the format usually has it.
    var metadata: MetadataPlace?
    /// What becomes of answers that failed.
    var failures = FailurePolicy.drop
    /// By how much the rewards of a chosen answer and of one rejected for it in another trajectory differ at least, above 0, at
    /// most 1; `nil` for any difference.
    var rewardMargin: Double?
    /// How many earlier turns a flat method's prompts hold, at most; `nil` for all.
    var history: Int?
    /// What becomes of rows that are too long; `nil` without a limit.
    var overLength: LengthLimit?
    /// What becomes of rows that hold control tokens; `nil` where the export does not look for them, as in older exports.
    var controlTokens: ControlTokenPolicy? = .drop
    /// The order of the rows.
    var order = RowOrder.collected
    /// Which tasks are kept back for validation; `nil` for none.
    var holdout: Holdout?
    /// The licence that the card names; `nil` for one that has no name.
    var license: String?

    /// How many stages a curriculum may have.
    static let stages = 1...1_000_000

    /// What may be said of a licence, for messages.
    static let licenseExpected = "a licence's id of small letters, digits, '.' and '-', such as apache-2.0"

    /// Whether a text may be a licence's id. Hugging Face has the list.
    static func isLicense(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 60
            && text.utf8.allSatisfy {
                switch $0 {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
                default: $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-")
                }
            }
    }

    /// Why rows cannot look like this; `nil` where they can.
    var refusal: (key: Key, expected: String, advice: String)? {
        if let metadata, !format.metadataPlaces.contains(metadata) {
            let places = format.metadataPlaces.map(\.rawValue).joined(separator: " or ")
            return (
                .metadata, places,
                "Rows of format \(format.rawValue) may hold no other keys than the trainer's own."
            )
        }
        if failures == .preference, !format.carriesPreferences {
            let formats = ExportFormat.allCases.filter(\.carriesPreferences).map(\.rawValue)
            return (
                .format,
                "one of \(formats.joined(separator: ", ")) for pairs of a chosen and a rejected answer",
                "Format \(format.rawValue) has no place for a rejected answer."
            )
        }
        return nil
    }

    /// Why pairs of a method cannot look like this; `nil` where they can.
    func refusal(of method: AgentKind) -> (expected: String, advice: String)? {
        guard method == .recode, history != nil else { return nil }
        return (
            "react or codeact, whose prompts hold earlier turns",
            "A prompt of method recode holds one call with its variables, and no history."
        )
    }

    /// What a refusal is about.
    enum Key: String {
        case format, metadata
    }
}

extension ExportShape {
    /// What rows look like by an export's recipe; `nil` where no export can be asked for so, as in a manifest that was edited.
    init?(_ recipe: ExportRecipe) {
        self.init(
            format: recipe.format, metadata: recipe.metadata, failures: recipe.failures,
            rewardMargin: recipe.rewardMargin, history: recipe.history, overLength: recipe.overLength,
            controlTokens: recipe.controlTokens?.policy, order: recipe.order, holdout: recipe.holdout,
            license: recipe.license)
        guard refusal == nil, refusal(of: recipe.method) == nil, history.map({ $0 >= 0 }) ?? true,
            overLength.map({ $0.maxTokens >= 1 }) ?? true,
            holdout.map({ $0.fraction > 0 && $0.fraction < 1 }) ?? true,
            rewardMargin.map({ $0 > 0 && $0 <= 1 }) ?? true
        else { return nil }
        if case .curriculum(let curriculum) = order {
            guard Self.stages.contains(curriculum.stages), !curriculum.by.isEmpty,
                Set(curriculum.by).count == curriculum.by.count
            else { return nil }
        }
        if let license, !Self.isLicense(license) { return nil }
    }

    /// Makes sure that what the format needs beside this program is there, before anything is done.
    /// - Throws: ``CommandFailure`` (`missingProgram`).
    func requirePrograms(python: String) throws {
        guard format == .parquet else { return }
        _ = try ParquetConverter(columns: [], python: python)
    }
}
