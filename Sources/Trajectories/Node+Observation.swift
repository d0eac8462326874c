extension Node {
    /// The most characters of a turn that are shown to the policy.
    public static let shownCharacterLimit = 8_000

    /// What a flat agent is shown after this turn, and what its training prompts say then.
    ///
    /// ReAct sees the observation of its action. CodeAct sees what its block printed, and the traceback where it raised.
    /// Anything longer than ``shownCharacterLimit`` loses its middle.
    ///
    /// - Parameter agent: the loop that took the turn.
    public func observation(for agent: AgentKind) -> String {
        let shown = agent == .react ? actions.map(\.observation) : printed
        let text = (shown + [error].compactMap(\.self)).joined(separator: "\n")
        guard !text.isEmpty else { return agent == .react ? "" : "(the block printed nothing)" }
        guard text.count > Self.shownCharacterLimit else { return text }
        let half = Self.shownCharacterLimit / 2
        return "\(text.prefix(half))\n… [\(text.count - 2 * half) characters left out]\n\(text.suffix(half))"
    }
}
