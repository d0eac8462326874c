import Trajectories

/// What a per-instance log says of an episode: every expansion with its prompts and answers, and what was executed.
struct ExpansionLog: Sendable, Hashable {
    /// One placeholder's expansion: asked once, and again while the answer broke the format.
    struct Expansion: Sendable, Hashable {
        /// The line its first prompt begins on.
        var line: Int
        /// The first prompt; those after it say the same and what was wrong.
        var prompt: String
        /// The answer that stood, word for word; `nil` where none did, or it is not in the log.
        var answer: String?
        /// Answers that did not stand.
        var attempts: [Attempt] = []
        /// The statements the answer was taken for, joined; `nil` where the log does not say.
        var blocks: String?
        /// Whether two answers stand in a row, so that one of them may be a line of a value.
        var isAmbiguous = false
        /// Whether the last answer was given up.
        var wasStopped = false
    }

    /// A statement that was run.
    struct Execution: Sendable, Hashable {
        var code: String
        /// Scores the environment gave meanwhile.
        var scores: [Double] = []
        /// Actions the environment names (WebShop's does), but for `[FINISH]`, which is none.
        var actions: [String] = []
    }

    /// Expansions, in the order they were asked.
    private(set) var expansions: [Expansion] = []
    /// Statements, in the order they were run.
    private(set) var executions: [Execution] = []
    /// What the agent was first shown: the task and the first observation as one text.
    private(set) var opening: String?
    /// What the environment calls the instance: `task number_variation` for ScienceWorld.
    private(set) var instance: String?
    /// How many answers were given.
    private(set) var answers = 0
    /// How often the runner itself ended the episode, which WebShop counts as a step.
    private(set) var finishes = 0
    /// Whether the log says how the episode ended.
    private(set) var hasEnd = false
    /// What ended it, where an error did.
    private(set) var failure: String?
    /// What the environment broke down at while a statement ran; the episode ends then, and is logged as any other.
    private(set) var breakdown: String?
    /// Whether the depth limit ended it.
    private(set) var reachedDepthLimit = false

    private var isAwaitingAnswer = false
    private var isOpen = false

    /// Reads a log's text; `nil` where it holds no message at all.
    ///
    /// What may have been cut is not believed: a last line without its newline, and an answer nothing comes after.
    init?(_ text: String) {
        let whole = text.utf8.lastIndex(of: UInt8(ascii: "\n")).map { text[...$0] } ?? ""
        let messages = LogMessage.all(in: String(whole))
        guard !messages.isEmpty else { return nil }
        for message in messages { add(message) }
        if isOpen, !isAwaitingAnswer { expansions[expansions.count - 1].answer = nil }
        settle()
    }

    private mutating func add(_ message: LogMessage) {
        let text = message.text
        if let body = Self.body(of: text, after: "[LLM_IN]") {
            addPrompt(body, line: message.line)
        } else if let body = Self.body(of: text, after: "[LLM_OUT]") {
            addAnswer(body)
        } else if text.hasPrefix("[RE-EXPAND ") {
            reject(because: Self.reason(text))
        } else if text.hasPrefix("[STOP]") {
            reject(because: Self.reason(text))
            if isOpen { expansions[expansions.count - 1].wasStopped = true }
            isOpen = false
        } else if let body = Self.body(of: text, after: "[NEW_BLOCKS]") {
            if isOpen { expansions[expansions.count - 1].blocks = body }
            settle()
        } else if let body = Self.body(of: text, after: "[Execute]") {
            settle()
            executions.append(Execution(code: body.trimmed))
        } else if let body = Self.body(of: text, after: "[OBSERVATIONS]") {
            if opening == nil { opening = body }
        } else {
            addOther(message)
        }
    }

    private mutating func addPrompt(_ prompt: String, line: Int) {
        // After a rejected answer the same expansion is asked again.
        if isOpen, expansions.last?.answer == nil, !isAwaitingAnswer {
            isAwaitingAnswer = true
            return
        }
        settle()
        expansions.append(Expansion(line: line, prompt: prompt))
        (isOpen, isAwaitingAnswer) = (true, true)
    }

    private mutating func addAnswer(_ answer: String) {
        answers += 1
        guard isOpen else { return }
        if isAwaitingAnswer {
            expansions[expansions.count - 1].answer = answer
        } else {
            expansions[expansions.count - 1].isAmbiguous = true
        }
        isAwaitingAnswer = false
    }

    private mutating func reject(because reason: String) {
        guard isOpen, let answer = expansions[expansions.count - 1].answer else { return }
        expansions[expansions.count - 1].attempts.append(
            Attempt(response: answer, problem: .format, message: reason))
        expansions[expansions.count - 1].answer = nil
    }

    private mutating func settle() {
        (isOpen, isAwaitingAnswer) = (false, false)
    }

    private mutating func addOther(_ message: LogMessage) {
        let text = message.text
        if text.hasPrefix("[Score] ") {
            guard let score = Double(text.dropFirst(8).trimmed), !executions.isEmpty else { return }
            executions[executions.count - 1].scores.append(score)
        } else if let step = LoggedStep(text) {
            addStep(step)
        } else if message.isBreakdown {
            // Below a prompt or an answer it is a line of a value.
            if !isOpen, !executions.isEmpty, breakdown == nil { breakdown = text }
        } else if let end = text.firstRange(of: "-Finished: ") {
            instance = String(text[..<end.lowerBound])
            hasEnd = true
            settle()
        } else if text.hasPrefix("Max depth reached") {
            reachedDepthLimit = true
        } else if text.hasPrefix("[Instance "), message.level != "INFO" {
            failure = text
            hasEnd = true
        } else if message.level == "ERROR", let end = text.firstRange(of: "-ERROR: ") {
            instance = String(text[..<end.lowerBound])
            failure = text
            hasEnd = true
        }
    }

    private mutating func addStep(_ step: LoggedStep) {
        guard !executions.isEmpty else { return }
        if step.isFinish {
            finishes += 1
            settle()
        } else if !isOpen {
            executions[executions.count - 1].actions.append(step.action)
        }
    }

    /// What stands below a tag.
    private static func body(of text: String, after tag: String) -> String? {
        guard text.hasPrefix(tag) else { return nil }
        let rest = text.utf8.dropFirst(tag.utf8.count)
        guard let first = rest.first else { return "" }
        guard first == UInt8(ascii: "\n") || first == UInt8(ascii: " ") else { return nil }
        return String(Substring(rest.dropFirst()))
    }

    /// What a message behind `[TAG k/n]` says.
    private static func reason(_ text: String) -> String {
        guard let close = text.firstIndex(of: "]") else { return text }
        return text[text.index(after: close)...].trimmed
    }
}
