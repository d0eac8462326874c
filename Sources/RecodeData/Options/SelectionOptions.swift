import ArgumentParser
import Filter
import JSONLines
import Study
import Trajectories

/// How ties are broken, as options that several commands share.
struct TieOptions: ParsableArguments {
    @Option(help: "What decides between equal rewards at the cut.")
    var ties = TieRule.hash

    @Option(help: ArgumentHelp("The seed of the hash that breaks ties.", valueName: "n"))
    var seed = 0
}

/// What may be kept at all, as options.
struct EligibilityOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Only rewards above this, from 0, less than 1.", valueName: "r"))
    var minReward = 0.0

    @Flag(help: "Only what the environment calls a success.")
    var successfulOnly = false

    mutating func validate() throws {
        guard (0..<1).contains(minReward) else {
            throw ValidationError("--min-reward is \(minReward), expected 0 or more, and less than 1.")
        }
    }
}

extension SelectionCriteria {
    /// The criteria that options describe.
    init(
        top: TopPercentage, _ ties: TieOptions, _ eligibility: EligibilityOptions,
        group: [GroupPart] = GroupPart.usual
    ) throws {
        try self.init(
            top: top, ties: ties.ties, seed: ties.seed, minReward: eligibility.minReward,
            success: eligibility.successfulOnly ? .successfulOnly : .any, group: group)
    }
}

/// Reads the values of options.
enum OptionText {
    /// A path, which an unset variable in a script leaves empty.
    static func path(_ text: String) throws -> String {
        guard !text.isEmpty else { throw ValidationError("the path is empty, expected a file or directory.") }
        return text
    }

    /// Paths separated by commas. A path that has a comma itself is one where there is something at it.
    static func paths(_ text: String) throws -> [String] {
        Directory.isPresent(text) ? [text] : try values(text, transform: path)
    }

    /// Values separated by commas.
    static func values<Value>(_ text: String, transform: (String) throws -> Value) rethrows -> [Value] {
        try text.split(separator: ",", omittingEmptySubsequences: false).map { try transform(String($0)) }
    }

    /// A percentage.
    static func percentage(_ text: String) throws -> TopPercentage {
        do {
            return try TopPercentage(text)
        } catch {
            throw ValidationError(error.message)
        }
    }

    /// Parts of a group separated by commas, each once.
    static func groupParts(_ text: String) throws -> [GroupPart] {
        let parts = try values(text) { name in
            guard let part = GroupPart(rawValue: name) else {
                throw ValidationError(
                    "there is no part `\(name)` of a group, expected some of \(GroupPart.list).")
            }
            return part
        }
        guard Set(parts).count == parts.count else {
            throw ValidationError("`\(text)` names a part twice.")
        }
        return parts
    }

    /// Percentages separated by commas, in ascending order, each once.
    static func percentages(_ text: String) throws -> [TopPercentage] {
        Set(try values(text, transform: percentage)).sorted { $0.millionths < $1.millionths }
    }
}

extension GroupPart {
    /// The names of all parts, for messages.
    static var list: String { allCases.map(\.rawValue).joined(separator: ", ") }
}

extension TieRule: ExpressibleByArgument {}
extension PromptStyle: ExpressibleByArgument {}
extension ExportFormat: ExpressibleByArgument {}
