import FoundationEssentials
import TemporaryFiles
import Testing
import Trajectories

@testable import RecodeData

/// Chat templates in files: what a trainer's may do, and what ends one that would not.
@Suite struct JinjaTemplateTests {
    private let directory: TemporaryDirectory
    private let python = VerifyFixture.python["RECODE_DATA_PYTHON"] ?? ""
    private static let conversation = [Message(.user, "What is there?"), Message(.assistant, "A hall.")]
    private static let plain = "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}"
    private static let endless =
        "{% for i in range(99999) %}{% for j in range(99999) %}{% if messages[0].content == i %}x{% endif %}"
        + "{% endfor %}{% endfor %}"

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func template(_ source: String, limit: Duration = .seconds(30)) throws -> JinjaTemplate {
        try JinjaTemplate.read(
            try directory.write(Array(source.utf8), to: "chat_template.jinja"), python: python, limit: limit)
    }

    private func failure(_ body: () throws -> Void) -> CommandFailure? {
        do {
            try body()
            return nil
        } catch {
            return error as? CommandFailure
        }
    }

    @Test func rendersWhatItSays() throws {
        let renderer = try template(Self.plain).renderer()
        #expect(try renderer.rendered(Self.conversation) == "<user>What is there?<assistant>A hall.")
    }

    @Test(arguments: [
        ("", ": it is empty, so it is no chat template."),
        (" \n\t\n", ": it is empty, so it is no chat template."),
        ("\n{% for m in messages %}", ":2: the chat template cannot be used: "),
        ("{{ range(9) | random }}", ":1: the chat template cannot be used: No filter named 'random'."),
    ])
    func whatIsNoTemplateIsRefused(source: String, problem: String) throws {
        let refused = failure { _ = try template(source) }
        #expect(refused?.code == .badData)
        #expect(
            refused?.message.contains("chat_template.jinja" + problem) == true, "\(refused?.message ?? "")")
    }

    @Test(arguments: [
        ("{# nothing #}", "the chat template fails: it renders nothing."),
        ("a\n{{ raise_exception('no system') }}", ":2: the chat template fails: no system."),
        ("{{ 'x' * 9999999999 }}", "the chat template fails: MemoryError"),
        ("{{ messages[0].content.nothing.at.all }}", "the chat template fails: "),
        ("{{ lipsum() }}", "'lipsum' is undefined"),
        ("{{ raise_exception }}", "it writes out RaiseException, which is something to call"),
        ("{{ messages.count }}", "which is something to call"),
        ("{{ '\\ud800' }}", "UnicodeEncodeError"),
        ("{{ raise_exception('\\ud800') }}", "the chat template fails: ?."),
    ])
    func whatFailsIsBadDataWithItsPlace(source: String, problem: String) throws {
        let renderer = try template(source).renderer()
        let failed = failure { _ = try renderer.rendered(Self.conversation) }
        #expect(failed?.code == .badData)
        #expect(failed?.message.contains(problem) == true, "\(failed?.message ?? "")")
    }

    @Test func oneThatDoesNotEndIsEnded() throws {
        // Long enough for Python to start and compile it on a busy machine.
        let renderer = try template(Self.endless, limit: .seconds(15)).renderer()
        let failed = failure { _ = try renderer.rendered(Self.conversation) }
        #expect(failed?.code == .badData)
        #expect(failed?.message.contains("the chat template fails: it had not ended after 15 s.") == true)
    }

    @Test func oneThatIsNeverCompiledIsBadDataToo() throws {
        let failed = failure { _ = try template("{{ 9**(9**9) }}", limit: .seconds(2)) }
        #expect(failed?.code == .badData)
        #expect(
            failed?.message.contains("it was not compiled within 2 s. ") == true, "\(failed?.message ?? "")")
    }

    /// Who stops the export does not wait for a template.
    @Test func nobodyWaitsForItOnceTheTaskIsCancelled() async throws {
        let template = try template(Self.endless, limit: .seconds(3600))
        let rendering = Task { try template.renderer().rendered(Self.conversation) }
        rendering.cancel()
        await #expect(throws: CancellationError.self) { try await rendering.value }
    }

    @Test func anExportSaysWhichRowItWas() async throws {
        let source = "{{ raise_exception('too long') if messages[-1].content | length > 10 else 'x' }}"
        let path = try directory.write(Array(source.utf8), to: "short.jinja")
        let outcome = try await BuiltProgram.run(
            [
                "export", SampleRun.path, "--format", "text", "--chat-template", path, "--tokens", "none",
                "--out",
                "new/folder/e",
            ], in: directory.path, variables: VerifyFixture.python)
        #expect(outcome.code == 65)
        #expect(
            outcome.errors.contains("short.jinja:1: the chat template fails: too long."), "\(outcome.errors)")
        #expect(outcome.errors.contains(/It was at node 0 of trajectory [0-9a-f]+ \(scienceworld\//))
        #expect(try directory.names() == ["short.jinja"], "nor is a folder left behind")
    }
}
