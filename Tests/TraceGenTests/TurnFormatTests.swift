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
}
