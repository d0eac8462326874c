/// One message of a per-instance log: a line `YYYY-MM-DD HH:MM:SS,mmm - LEVEL - MESSAGE`, and the lines below it.
struct LogMessage: Sendable, Hashable {
    /// `INFO`, `WARNING`, …
    var level: String
    /// The message, without the newline that ends it.
    var text: String
    /// The line it begins on, from 1.
    var line: Int

    /// Reads all messages of a log; lines before the first are dropped.
    ///
    /// A line of a message may look like the first line of another, for values are shown as they are. Between a prompt
    /// and its answer the reference implementation logs nothing but the episode's end, so whatever else looks like a
    /// message there belongs to the prompt; and so with what may follow an answer.
    /// - Complexity: O(*n*) in bytes.
    static func all(in text: String) -> [LogMessage] {
        var messages: [LogMessage] = []
        var body: [Substring] = []
        func close() {
            guard let last = messages.indices.last else { return }
            messages[last].text = TextLines.joined(body)
        }
        for (index, line) in TextLines(text).lines.enumerated() {
            if let head = LogHead(line), messages.last.map({ $0.mayBeFollowed(by: head, body) }) ?? true {
                close()
                messages.append(LogMessage(level: head.level, text: "", line: index + 1))
                body = [head.rest]
            } else if !messages.isEmpty {
                body.append(line)
            }
        }
        // The file's last newline ends the last message.
        if body.count > 1, body.last?.isEmpty == true { body.removeLast() }
        close()
        return messages
    }

    private func mayBeFollowed(by head: LogHead, _ body: [Substring]) -> Bool {
        switch body.first {
        case "[LLM_IN]": head.rest.hasPrefix("[LLM_OUT]") || head.endsEpisode
        case "[LLM_OUT]":
            head.isTagged || head.endsEpisode || LoggedStep(head.rest)?.isFinish == true
        default: true
        }
    }
}

extension LogMessage {
    /// Whether the environment broke down at an action: `Error executing action '…'` in ScienceWorld, `command` in ALFWorld,
    /// `Step n ERROR: …` in WebShop.
    var isBreakdown: Bool {
        guard level == "ERROR" else { return false }
        return text.hasPrefix("Error executing action '") || text.hasPrefix("Error executing command '")
            || LoggedStep(text, before: " ERROR: ") != nil
    }
}

/// WebShop's own line of an action: `Step n: ACTION`.
struct LoggedStep: Sendable, Hashable {
    var action: String

    /// Whether the runner itself ends the episode, which is no action.
    var isFinish: Bool { action == "[FINISH]" }

    init?(_ text: some StringProtocol, before separator: String = ": ") {
        guard text.hasPrefix("Step "), let end = text.firstRange(of: separator),
            Int(text[..<end.lowerBound].dropFirst(5)) != nil
        else { return nil }
        action = String(text[end.upperBound...])
    }
}

/// The beginning of a message.
private struct LogHead {
    var level: String
    var rest: Substring

    private static let levels = ["INFO", "WARNING", "ERROR", "DEBUG", "CRITICAL"]
    /// `2025-01-31 12:00:00,123 - `, with 0 for any digit.
    private static let shape = Array("0000-00-00 00:00:00,000 - ".utf8)

    init?(_ line: Substring) {
        let bytes = line.utf8
        guard bytes.count > Self.shape.count,
            zip(bytes, Self.shape).allSatisfy({ byte, expected in
                expected == UInt8(ascii: "0")
                    ? (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) : byte == expected
            })
        else { return nil }
        let tail = Substring(bytes.dropFirst(Self.shape.count))
        guard let level = Self.levels.first(where: { tail.hasPrefix("\($0) - ") }) else { return nil }
        self.level = level
        rest = Substring(tail.utf8.dropFirst(level.utf8.count + 3))
    }

    /// Whether the message is one of those that say what the agent does.
    var isTagged: Bool {
        ["[LLM_IN]", "[LLM_OUT]", "[NEW_BLOCKS]", "[RE-EXPAND ", "[STOP]", "[Execute]", "[Exec"].contains {
            rest.hasPrefix($0)
        }
    }

    /// Whether the message says that the episode is over.
    var endsEpisode: Bool {
        rest.hasPrefix("[Instance ") || rest.contains("-Finished: ") || level != "INFO"
    }
}
