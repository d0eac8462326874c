import Prompts
import Testing

@testable import TraceGen

struct TurnFormatTests {
    @Test(arguments: [
        ("Thought: Look first.\nAction: look around", "Look first.", "look around"),
        ("Thought: two\nlines \nAction:   open door  ", "two\nlines", "open door"),
        ("Action: wait", "", "wait"),
        ("Thought: t\r\nAction: wait\r\nObservation: made up\r\n", "t", "wait"),
        ("Thought: t\nAction: wait\nObservation: made up\nAction: more", "t", "wait"),
    ])
    func aThoughtAndOneActionAreTaken(text: String, thought: String, action: String) throws {
        #expect(try TurnFormat.parse(text).get() == ParsedAnswer(thought: thought, code: action))
    }

    @Test(arguments: [
        ("look around", "There is no line that begins with “Action:”. End with one: Action: look around"),
        ("Action: a\nAction: b", "There are 2 lines that begin with “Action:”. Take one action."),
        ("Thought: t\nAction:", "Nothing stands after “Action:”. Put the action on the same line."),
    ])
    func anythingElseIsRefusedWithTheReason(text: String, reason: String) {
        #expect(throws: FormatProblem(reason)) { try TurnFormat.parse(text).get() }
    }

    /// To search in such a text takes n² steps: this one would take hours.
    @Test(arguments: ["Thought: t\nAction: a|", "Thought: a|\nAction: wait", "Action: wait\nObservation: a|"])
    func endlessAccentsAreRefusedAtOnce(text: String) {
        let accents =
            String(repeating: "\u{301}", count: 400_000) + String(repeating: "\u{316}", count: 400_000)
        for text in [text, text.replacing("Thought: ", with: "<think>") + "<execute>wait</execute>"] {
            let parts = text.utf8.split(separator: UInt8(ascii: "|"), omittingEmptySubsequences: false)
                .map { String(Substring($0)) }
            let answer = parts[0] + accents + parts[1]
            #expect(throws: AnswerFormat.endlessAccents) { try TurnFormat.parse(answer).get() }
            #expect(throws: AnswerFormat.endlessAccents) { try AnswerFormat.parse(answer).get() }
        }
    }

    @Test func wordsWithAccentsAreWords() throws {
        let text =
            "Thought: e\u{301}te\u{301}, \u{5D1}\u{5BC}\u{5B8}\nAction: a"
            + String(repeating: "\u{301}", count: 30)
        #expect(try TurnFormat.parse(text).get().code.unicodeScalars.count == 31)
    }
}
