import Export
import Prompts
import Trajectories

/// Looks for control tokens in pairs, and does with them what is asked for (docs/export.md).
///
/// Looked at is all that a row holds of others: the messages' contents, and what is known of it where that is
/// written. An answer has to part into one thought and one code, or one action, again, else what parts it counts as a
/// control token too.
struct PairScreen: Sendable {
    /// What was found in a pair.
    struct Verdict {
        /// The tokens.
        var found: Set<String> = []
        /// What becomes of the pair; `nil` where nothing was found.
        var fate: ControlTokenTally.Fate?
    }

    /// What is looked for.
    let tokens: ControlTokens
    /// What becomes of pairs that hold any.
    let policy: ControlTokenPolicy
    /// Whether metadata is written, in the rows or in a file next to them.
    var writesMetadata = true

    /// What an export looks for: common control tokens, and those of its vocabulary and its template.
    /// - Throws: ``CommandFailure`` (`missingProgram`), `ExportError` where the list of common ones is missing or
    ///   not one.
    static func tokens(_ counting: TokenCounting?, _ template: ConversationTemplate) throws -> ControlTokens {
        try ProgramData.controlTokens().tokens(
            with: template.controlTokens.union(counting?.tokenizer.controlTokens ?? []))
    }

    /// What an export says of it.
    var rule: ControlTokenRule { ControlTokenRule(policy, tokens) }

    /// What is in a pair, and what becomes of it.
    /// - Complexity: O(*n*) in bytes.
    func verdict(on pair: Pair) -> Verdict {
        let inTexts = Self.conversations(of: pair).reduce(into: Set<String>()) {
            $0.formUnion(tokens.found(in: $1.map(\.content)))
        }
        let elsewhere = inMetadata(of: pair).union(Self.strayTags(in: pair))
        let found = inTexts.union(elsewhere)
        guard !found.isEmpty else { return Verdict() }
        switch policy {
        case .drop: return Verdict(found: found, fate: .dropped)
        case .keep: return Verdict(found: found, fate: .kept)
        case .escape:
            // What leads back to an episode has to stay as it is, a code that is cut in two is no answer, and one with a
            // backslash in it may be no Python.
            guard elsewhere.isEmpty, !actsWithOne(pair), holdsNone(written(pair)) else {
                return Verdict(found: found, fate: .dropped)
            }
            return Verdict(found: found, fate: .escaped)
        }
    }

    /// A pair as it is written: with its tokens escaped, where that is asked for.
    func written(_ pair: Pair) -> Pair {
        guard policy == .escape else { return pair }
        var pair = pair
        // The prompt is escaped with either answer: a token may begin at its end.
        let parts = [pair.prompt.count, pair.completion.count]
        let texts = tokens.escaped((pair.prompt + pair.completion).map(\.content))
        for (index, text) in texts.prefix(parts[0]).enumerated() { pair.prompt[index].content = text }
        for (index, text) in texts.suffix(parts[1]).enumerated() { pair.completion[index].content = text }
        guard var rejected = pair.rejected else { return pair }
        let others = tokens.escaped((pair.prompt + rejected).map(\.content))
        for (index, text) in others.prefix(parts[0]).enumerated() { pair.prompt[index].content = text }
        for (index, text) in others.suffix(rejected.count).enumerated() { rejected[index].content = text }
        pair.rejected = rejected
        return pair
    }

    /// Checks that the names of runs, which each row has, contain no control token.
    /// - Throws: ``CommandFailure`` (`badData`) naming the first that does.
    func check(namesOfRuns names: [String]) throws {
        guard writesMetadata, policy != .keep else { return }
        for name in names {
            guard let token = tokens.found(in: [name]).min() else { continue }
            throw CommandFailure(
                .badData,
                "\(name): each row has the name of this run, and the name contains the control token \(token). "
                    + "Rename the run's folder, or export without metadata (--metadata none).")
        }
    }

    private func holdsNone(_ pair: Pair) -> Bool {
        Self.conversations(of: pair).allSatisfy { tokens.found(in: $0.map(\.content)).isEmpty }
    }

    private static func conversations(of pair: Pair) -> [[Message]] {
        [pair.prompt + pair.completion] + (pair.rejected.map { [pair.prompt + $0] } ?? [])
    }

    /// The columns that others name: those of the episode's own record.
    private func inMetadata(of pair: Pair) -> Set<String> {
        guard writesMetadata else { return [] }
        return [pair.trajectoryID, pair.taskID, pair.environment, pair.policy].reduce(into: []
        ) {
            $0.formUnion(tokens.found(in: [$1]))
        }
    }

    /// Tags by which answers part otherwise than they were written.
    private static func strayTags(in pair: Pair) -> Set<String> {
        Set(
            answers(of: pair).compactMap { answer in
                guard pair.agent == .react else { return AnswerFormat.strayTag(in: answer) }
                return actionLines(of: answer).count > 1 ? "Action:" : nil
            })
    }

    /// Whether a token is in what an answer does: in its code, or in its action.
    private func actsWithOne(_ pair: Pair) -> Bool {
        Self.answers(of: pair).contains { answer in
            let deeds: [String]
            if pair.agent == .react {
                deeds = Self.actionLines(of: answer)
            } else if case .success(let parsed) = AnswerFormat.parse(answer) {
                deeds = [parsed.code]
            } else {
                deeds = [answer]
            }
            return !tokens.found(in: deeds).isEmpty
        }
    }

    /// The answers to learn from, and those before them. A failed answer is what it is: one that is to be mended, and one that
    /// is rejected.
    private static func answers(of pair: Pair) -> [String] {
        var answers = pair.prompt.enumerated().filter { $0.element.role == .assistant }
        if pair.kind == .repair { answers.removeAll { $0.offset == pair.prompt.count - 2 } }
        return (answers.map(\.element) + pair.completion).map(\.content)
    }

    private static func actionLines(of answer: String) -> [String] {
        answer.utf8.split(separator: UInt8(ascii: "\n")).filter { $0.starts(with: "Action:".utf8) }
            .map { String(Substring($0)) }
    }
}
