/// Reads what a policy answered to an expansion prompt.
public enum AnswerText {
    /// The answer parted at the end of its thought: what `<think>` and `</think>` hold, and what follows. Where only the
    /// end is marked (some chat templates open the thought themselves), all before it is the thought.
    public static func parts(of answer: String) -> (thought: Substring, rest: Substring) {
        guard let close = answer.firstRange(of: "</think>") else { return ("", answer[...]) }
        let before = answer[..<close.lowerBound]
        let open = before.firstRange(of: "<think>")
        return (open.map { before[$0.upperBound...] } ?? before, answer[close.upperBound...])
    }
}
