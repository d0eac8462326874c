import Trajectories

/// A policy's answer taken apart: a thought and code.
public struct ParsedAnswer: Sendable, Hashable {
    /// The text between `<think>` and `</think>`; empty where the policy gave none.
    public var thought: String
    /// The text between `<execute>` and `</execute>`, without a Markdown fence around it.
    public var code: String

    /// Makes an answer from its parts.
    public init(thought: String, code: String) {
        self.thought = thought
        self.code = code
    }
}

/// What an answer must look like: `<think>thought</think>` and exactly one `<execute>code</execute>`.
public enum AnswerFormat {
    /// Takes an answer apart. Lines may end as on Windows; in the parts they do not.
    /// - Returns: the parts, or the rule that was broken, in words for the policy.
    public static func parse(_ text: String) -> Result<ParsedAnswer, FormatProblem> {
        guard !text.holdsEndlessAccents else { return .failure(endlessAccents) }
        let (thought, rest) = AnswerText.parts(of: text.replacing("\r\n", with: "\n"))
        guard let open = rest.firstRange(of: "<execute>") else {
            return .failure(
                FormatProblem("There is no <execute>…</execute> block: put the Python code into exactly one.")
            )
        }
        let afterOpen = rest[open.upperBound...]
        guard let close = afterOpen.firstRange(of: "</execute>") else {
            return .failure(FormatProblem("The <execute> block is not closed: end the code with </execute>."))
        }
        guard !afterOpen[close.upperBound...].contains("<execute>") else {
            return .failure(
                FormatProblem("There is more than one <execute> block: put all the code into one."))
        }
        let code = withoutFence(trimmed(afterOpen[..<close.lowerBound]))
        guard !code.isEmpty else {
            return .failure(
                FormatProblem("The <execute> block is empty: write at least one Python statement."))
        }
        return .success(ParsedAnswer(thought: String(trimmed(thought)), code: String(code)))
    }

    /// What is said of an answer that no agent looks into (`holdsEndlessAccents`).
    public static let endlessAccents = FormatProblem(
        "More than 30 accents follow each other: answer with plain text.")

    /// The tag by which an answer, as prompts ask for it and ``PromptRenderer`` writes it, parts into something else than its one
    /// thought and its one code: a second `</think>`, or a second `</execute>` behind the thought. `nil` where it does not: other
    /// tags, and what a thought says of `</execute>`, part nothing.
    /// - Complexity: O(*n*) in bytes.
    public static func strayTag(in answer: String) -> String? {
        var thoughts = 0
        var codes = 0
        var answer = answer
        answer.withUTF8 { bytes in
            for place in bytes.indices.dropLast() where bytes[place] == UInt8(ascii: "<") {
                guard bytes[place + 1] == UInt8(ascii: "/") else { continue }
                let rest = bytes[place...]
                if rest.starts(with: "</think>".utf8) { thoughts += 1 }
                if thoughts > 0, rest.starts(with: "</execute>".utf8) { codes += 1 }
            }
        }
        return thoughts > 1 ? "</think>" : codes > 1 ? "</execute>" : nil
    }

    /// Drops blank lines around the text and blanks at its end; the first line keeps its indentation.
    ///
    /// By scalars: to compare a character takes n² steps for n accents behind one letter.
    private static func trimmed(_ text: Substring) -> Substring {
        let scalars = text.unicodeScalars
        guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        let start = scalars[..<first].lastIndex(of: "\n").map(scalars.index(after:)) ?? scalars.startIndex
        return Substring(scalars[start...last])
    }

    private static func withoutFence(_ code: Substring) -> Substring {
        guard code.hasPrefix("```"), code.hasSuffix("```"),
            let end = code.unicodeScalars.firstIndex(of: "\n")
        else { return code }
        return trimmed(code[code.unicodeScalars.index(after: end)...].dropLast(3))
    }
}

/// A format rule an answer broke.
public struct FormatProblem: Error, Sendable, Hashable {
    /// The rule, and what to do instead.
    public var message: String

    /// Makes a problem of its words.
    public init(_ message: String) {
        self.message = message
    }
}
