import Prompts
import Testing

@testable import TraceGen

struct AnswerFormatTests {
    @Test(arguments: [
        ("<think>why</think><execute>x = 1</execute>", "why", "x = 1"),
        ("<think>\nwhy\nso\n</think>\n<execute>\nx = 1\ny = 2\n</execute>\n", "why\nso", "x = 1\ny = 2"),
        ("<execute>x = 1</execute>", "", "x = 1"),
        ("unopened thought</think><execute>x = 1</execute>", "unopened thought", "x = 1"),
        ("<think>a</think> noise <execute>\n```python\nx = 1\n```\n</execute>", "a", "x = 1"),
        ("<execute>\n    x = 1\n</execute>", "", "    x = 1"),
        (
            "<think>I must not write <execute> here</think><execute>x = 1</execute>",
            "I must not write <execute> here", "x = 1"
        ),
        (
            "<think>\r\nwhy\r\n</think>\r\n<execute>\r\n```python\r\nx = 1\r\ny = 2\r\n```\r\n</execute>\r\n",
            "why",
            "x = 1\ny = 2"
        ),
        ("<think>é 中文</think><execute>x = 'ü'</execute>", "é 中文", "x = 'ü'"),
    ])
    func goodAnswersComeApart(text: String, thought: String, code: String) {
        #expect(AnswerFormat.parse(text) == .success(ParsedAnswer(thought: thought, code: code)))
    }

    @Test(arguments: [
        "", "no tags", "<execute>", "<execute></execute>", "<execute>a</execute><execute>b</execute>",
    ])
    func brokenAnswersAreProblems(text: String) {
        guard case .failure(let problem) = AnswerFormat.parse(text) else {
            Issue.record("\(text) was taken for an answer")
            return
        }
        #expect(!problem.message.isEmpty)
    }
}
