/// Something of a source that did not come over, and why.
public struct ImportIssue: Codable, Sendable, Hashable, Error {
    /// What.
    public var code: Code
    /// Where exactly, and what was found there.
    public var detail: String

    /// Makes an issue from its parts.
    public init(_ code: Code, _ detail: String) {
        self.code = code
        self.detail = detail
    }

    /// What did not come over. The first ones cost the record, the others a part of it.
    public enum Code: String, Codable, Sendable, Hashable, CaseIterable {
        // Of a file.
        /// The file ends inside a record; what stood behind is lost.
        case fileTorn = "file_torn"
        /// The file is damaged; what stands behind the damage is lost.
        case fileDamaged = "file_damaged"

        // Of a record, which is left out.
        /// A line that is no JSON.
        case notJSON = "not_json"
        /// A text of the record is not UTF-8.
        case notUTF8 = "not_utf8"
        /// The record is not an object with the keys it needs.
        case notARecord = "not_a_record"
        /// The record is larger than an episode may be.
        case tooLarge = "too_large"
        /// The same record came before.
        case duplicate
        /// The runner stopped before there was a tree.
        case noTree = "no_tree"
        /// Nodes and edges are no tree.
        case treeMalformed = "tree_malformed"
        /// The conversation is not one of human and gpt in turn, or has no answer.
        case conversationMalformed = "conversation_malformed"
        /// There is no reward.
        case rewardMissing = "reward_missing"
        /// The reward is on no scale.
        case rewardAbsurd = "reward_absurd"
        /// The record says another split than was stated.
        case splitConflict = "split_conflict"
        /// The record says another environment than was stated.
        case otherEnvironment = "other_environment"

        // A part of a record.
        /// There is no log: neither prompts nor answers.
        case logMissing = "log_missing"
        /// The log cannot be read, is too large, or is no log.
        case logUnreadable = "log_unreadable"
        /// The log ends before its episode does.
        case logTorn = "log_torn"
        /// The log holds bytes that are not UTF-8.
        case logNotUTF8 = "log_not_utf8"
        /// An expansion of the tree is not in the log, so it yields no pair.
        case expansionNotInLog = "expansion_not_in_log"
        /// An expansion of the log is not in the tree, so it is nowhere.
        case expansionNotInTree = "expansion_not_in_tree"
        /// A prompt's signature or variables cannot be read, so it yields no pair.
        case promptUnreadable = "prompt_unreadable"
        /// A variable's value holds a line like the next variable's first; the two may be parted wrongly.
        case variablesAmbiguous = "variables_ambiguous"
        /// A signature's names cannot be read without Python.
        case signatureNotRead = "signature_not_read"
        /// A node's status was put right: it has children, or was never expanded.
        case statusChanged = "status_changed"
        /// A node says another depth than it stands at.
        case depthChanged = "depth_changed"
        /// Which actions were taken cannot be told, so the episode cannot be flattened.
        case actionsNotRecovered = "actions_not_recovered"
        /// How the reward grew is not known; each action says 0.
        case actionRewardsNotRecovered = "action_rewards_not_recovered"
        /// Which variation was played is not known.
        case variationUnknown = "variation_unknown"
        /// The episode's end was read off its nodes.
        case endInferred = "end_inferred"
        /// Whether it was a success is not said; it was taken from the reward.
        case successInferred = "success_inferred"
        /// There is no reward; the stated one was taken.
        case rewardStated = "reward_stated"
        /// How many steps were taken is not said.
        case stepsUnknown = "steps_unknown"
        /// What the answers cost is not said.
        case costUnknown = "cost_unknown"
        /// What the task is and what is seen first cannot be told apart, or are not there.
        case openingNotRecovered = "opening_not_recovered"
        /// An answer without exactly one action: it stays in the history and yields no pair.
        case answerWithoutAction = "answer_without_action"
        /// An answer the source marks as none to learn: it stays in the history and yields no pair.
        case answerNotToLearn = "answer_not_to_learn"
    }
}
