import ArgumentParser
import Filter
import JSONLines
import Study
import Trajectories

/// How ties are broken, as options that several commands share.
struct TieOptions: ParsableArguments {
    @Option(help: "What decides between equal scores at the cut.")
    var ties = TieRule.hash

    @Option(help: ArgumentHelp("The seed of the hash that breaks ties.", valueName: "n"))
    var seed = 0
}

/// What may be kept at all, and what it is ranked by, as options.
struct EligibilityOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Only rewards above this, from 0, less than 1.", valueName: "r"))
    var minReward = 0.0

    @Flag(help: "Only what the environment calls a success.")
    var successfulOnly = false

    @Option(help: "What trajectories are ranked by.")
    var rankBy = RankScore.reward

    @Option(help: ArgumentHelp("Only scores of at least this, by --rank-by.", valueName: "s"))
    var minScore: Double?

    @Option(
        help: ArgumentHelp("Look at the first n repeats of each task instance in each run.", valueName: "n"))
    var attempts: Int?

    @Option(
        help: ArgumentHelp(
            "Which trajectories of each task instance go on: all, the best, or the shortest or cheapest success."
        ))
    var perTask = PerTaskRule.all

    @Option(help: ArgumentHelp("At most n trajectories of each task instance, the best.", valueName: "n"))
    var maxPerTask: Int?

    @Option(help: ArgumentHelp("At most n trajectories of each task, the best.", valueName: "n"))
    var maxPerFamily: Int?

    mutating func validate() throws {
        do {
            _ = try criteria(top: .paper)
        } catch {
            throw ValidationError("--\(error.message).")
        }
    }

    func criteria(
        top: TopPercentage, ties: TieRule = .hash, seed: Int = 0, leakage: LeakageRule = .keep,
        group: [GroupPart] = GroupPart.usual
    ) throws(FilterError) -> SelectionCriteria {
        try SelectionCriteria(
            top: top, rankBy: rankBy, ties: ties, seed: seed, minReward: minReward, minScore: minScore,
            success: successfulOnly ? .successfulOnly : .any, attempts: attempts, perTask: perTask,
            maxPerTask: maxPerTask, maxPerFamily: maxPerFamily, leakage: leakage, group: group)
    }
}

extension SelectionCriteria {
    /// The criteria that options describe.
    init(
        top: TopPercentage, _ ties: TieOptions, _ eligibility: EligibilityOptions, _ leaks: LeakDropOptions,
        group: [GroupPart] = GroupPart.usual
    ) throws {
        self = try eligibility.criteria(
            top: top, ties: ties.ties, seed: ties.seed, leakage: leaks.rule, group: group)
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

    /// A name that is one of those there are.
    static func known(_ name: String, among names: [String], called what: String) throws -> String {
        guard !names.contains(name) else { return name }
        let near = CloseMatches.nearest(to: name, among: names).map { " Did you mean '\($0)'?" } ?? ""
        throw ValidationError(
            "there is no \(what) '\(name)'.\(near) There is: \(names.joined(separator: ", ")).")
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
extension RankScore: ExpressibleByArgument {}
extension PerTaskRule: ExpressibleByArgument {}
extension PromptStyle: ExpressibleByArgument {}
