import Trajectories

/// What a policy is told was wrong when it is asked again for an expansion.
///
/// It sees its last answer alone, with what was wrong with that. Where that one broke the format while it corrected code
/// that had failed, it is told what the code had raised too: it still has to know what was wrong with it.
public enum ExpansionProblem {
    /// What is said of an answer that broke the format after an earlier one had failed.
    public static func text(_ message: String, afterFailure earlier: String) -> String {
        "\(message)\n\nThe answer before that kept the format, but its code failed:\n\(earlier)"
    }

    /// What was said last before the answer that stood.
    /// - Parameter attempts: the answers that did not stand, oldest first.
    /// - Returns: `nil` without any.
    public static func text(after attempts: [Attempt]) -> String? {
        guard let last = attempts.last else { return nil }
        guard last.problem == .format, let failed = attempts.last(where: { $0.problem != .format }) else {
            return last.message
        }
        return text(last.message, afterFailure: failed.message)
    }
}
