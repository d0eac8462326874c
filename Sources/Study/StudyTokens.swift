import Trajectories

extension PairTokens {
    /// The sum of some counts; `nil` when one is not known.
    static func sum(of counts: some Sequence<PairTokens?>) -> PairTokens? {
        counts.reduce(.some(PairTokens())) { sum, counts in
            guard let sum, let counts else { return nil }
            return PairTokens(
                content: BoundedSum.of(sum.content, counts.content),
                chat: BoundedSum.of(sum.chat, counts.chat),
                trained: BoundedSum.of(sum.trained, counts.trained))
        }
    }
}

/// How many tokens of a flat method's pairs come to one of ReCode's, each kind by itself.
public struct StudyTokenRatio: Codable, Sendable, Hashable {
    /// Of the texts alone; `nil` where ReCode has none.
    public var content: Double?
    /// Under the chat template; `nil` where ReCode has none.
    public var chat: Double?
    /// Of the completions; `nil` where ReCode has none.
    public var trained: Double?

    /// `nil` where one side was not counted.
    init?(_ tokens: PairTokens?, by base: PairTokens?) {
        guard let tokens, let base else { return nil }
        content = StudyTable.quotient(tokens.content, base.content)
        chat = StudyTable.quotient(tokens.chat, base.chat)
        trained = StudyTable.quotient(tokens.trained, base.trained)
    }

    enum CodingKeys: String, CodingKey {
        case content, chat, trained
    }

    /// Writes every key, unknown values as `null`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(content, forKey: .content)
        try container.encode(chat, forKey: .chat)
        try container.encode(trained, forKey: .trained)
    }
}

/// Sums of what files claim, which must not end the program.
enum BoundedSum {
    /// The most there is where a sum would be more.
    static func of(_ first: Int, _ second: Int) -> Int {
        let (sum, isTooMuch) = first.addingReportingOverflow(second)
        return isTooMuch ? .max : sum
    }
}
