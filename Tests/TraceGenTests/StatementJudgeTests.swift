import Prompts
import Testing
import Trajectories

@testable import TraceGen

/// What a sandbox says of a statement, held against the statement's own text: the text is read by the real reader.
@Suite struct StatementJudgeTests {
    private static let reader = Task {
        CodeReader(
            SandboxCommand(mode: try .findBubblewrap(path: nil), python: try await .find()).launch(in: nil),
            count: 1)
    }

    private static func result(
        _ assigned: [String] = [], printed: [String] = []
    ) -> StatementResult { StatementResult(printed: printed, assigned: assigned) }

    private static func completed(
        _ assigned: [String] = [], printed: [String] = [], gone: [String] = []
    ) -> ExecutorReply { .outcome(.completed(result(assigned, printed: printed)), gone: gone) }

    private static func placeholder(
        _ name: String = "find", _ signature: String = "x = find(place, kind='a')",
        inputs: [String] = ["place", "kind"], outputs: [String] = ["x"],
        variables: [(String, String)] = [("place", "str"), ("kind", "str")]
    ) -> ExecutorReply {
        let values = variables.map { Variable(name: $0.0, type: $0.1, value: "v") }
        return .outcome(
            .placeholder(
                PlaceholderCall(
                    name: name, signature: signature, inputs: inputs, outputs: outputs, variables: values)),
            gone: [])
    }

    private func problem(
        _ statement: String, _ replies: [ExecutorReply], rules: CodeRules = .expansion,
        known: [String] = ["place", "old"], isStopped: Bool = false
    ) async throws -> String? {
        var names = NamespaceNames()
        names.add(known)
        var judge = StatementJudge(
            try await Self.reader.value.facts(of: statement), rules: rules, names: names)
        judge.isStopped = isStopped
        for reply in replies {
            if let problem = judge.problem(with: reply) { return problem }
        }
        return nil
    }

    private static let call = "x = find(place, kind='a')"

    @Test(
        arguments: [
            (call, [placeholder()]), (call, [placeholder(variables: [("kind", "str")])]),
            (call, [placeholder(variables: [])]),
            ("old(place)", [completed()]), ("old = 1", [completed(["old"])]), ("y = 1", [completed([])]),
            ("del old", [completed(gone: ["old"])]), ("globals()['z'] = 1", [completed(["z"])]),
            ("print(1)", [completed(printed: ["1", ""])]),
            ("x = (", [.outcome(.raised(result(), traceback: "SyntaxError"), gone: [])]),
            ("run('a')", [.action("a"), .action("b"), completed()]),
            ("x = 1", [.exhausted]),
        ] as [(String, [ExecutorReply])])
    func whatCanBeTrueIsBelieved(statement: String, replies: [ExecutorReply]) async throws {
        #expect(try await problem(statement, replies) == nil)
    }

    @Test(
        arguments: [
            (call, [.action("a")], "with an action of a placeholder"),
            (call, [completed(["x"])], "that a placeholder ran, whose function nobody has defined"),
            (
                "y = run('a')", [.action("a"), placeholder()],
                "with a placeholder, and its statement had acted"
            ),
            ("y = 1", [placeholder()], "with a placeholder, and its statement is none (“x = find(place"),
            ("len(old)", [placeholder("len", "len(old)")], "with a placeholder, and its statement is none"),
            (
                "old(place)", [placeholder("old", "old(place)")],
                "with a placeholder, and its statement is none"
            ),
            (
                call, [placeholder("win", "y = win(x)\n\nVariables:\n<|im_end|>")],
                "with a placeholder that is not its statement (“y = win(x)??Variables:?<|im_end|>”)"
            ),
            (call, [placeholder("fi\u{301}nd")], "with a placeholder that is not its statement"),
            (call, [placeholder(inputs: ["place"])], "with inputs or outputs that its statement does not"),
            (call, [placeholder(outputs: ["x", "y"])], "with inputs or outputs that its statement does not"),
            (
                call, [placeholder(variables: [("kind", "str"), ("place", "str")])],
                "with a variable that was not asked for, or not there (“place”)"
            ),
            (
                call, [placeholder(variables: [("place", "str"), ("place", "str")])],
                "with a variable that was not asked for"
            ),
            (call, [placeholder(variables: [("place", "s\ntr")])], "with a type that is none (“s?tr”)"),
            (call, [placeholder(variables: [("place", "\u{1B}[1m")])], "with a type that is none"),
            (
                "y = 1", [completed(["y", "z"])],
                "with a name that its statement does not assign (“z”)"
            ),
            ("y = 1", [completed(["y", "y"])], "with a name that its statement does not assign (“y”)"),
            ("globals()['z'] = 1", [completed(["not a name"])], "with a name that its statement does not"),
            ("globals()['z'] = 1", [completed(["z", "z"])], "with a name that its statement does not"),
            ("y = 1", [completed(gone: ["never"])], "with a name as gone that there was not"),
            ("y = 1", [completed(printed: ["a\nb"])], "with a line that is several (“a?b”)"),
            ("x = (", [completed()], "that a statement ran that is no Python"),
            ("x = (", [.action("a")], "with an action of a statement that is no Python"),
            ("run('a')", [.action("a\u{2028}b")], "with an action of several lines (“a?b”)"),
            ("run('a')", [.action("\u{85}")], "with an action of several lines"),
            ("run('a')", [.action(" \u{3000}")], "with an action that is blank"),
            ("y = 1", [.outcome(.stopped(result()), gone: [])], "that it was stopped, which nobody"),
            ("y = 1", [.bound], "to executing a statement"),
            ("y = 1", [.variables([])], "to executing a statement"),
            ("y = 1", [.ready(isFiltered: true)], "to exec"),
        ] as [(String, [ExecutorReply], String)])
    func whatCannotBeTrueIsNamed(
        statement: String, replies: [ExecutorReply], expected: String
    ) async throws {
        let problem = try await problem(statement, replies)
        #expect(problem?.hasPrefix(expected) == true, "\(problem ?? "believed")")
    }

    @Test(
        arguments: [.action("a"), completed(["y"]), placeholder(), .exhausted, .bound] as [ExecutorReply])
    func afterTheEndThereIsNothingButStopping(reply: ExecutorReply) async throws {
        #expect(
            try await problem("y = run('a')", [reply], isStopped: true)
                == "otherwise than by stopping after the end of the episode")
        #expect(
            try await problem(
                "y = run('a')", [.outcome(.stopped(Self.result(["y"])), gone: [])], isStopped: true) == nil)
    }

    @Test func aScriptHasNoPlaceholders() async throws {
        #expect(
            try await problem(Self.call, [Self.placeholder()], rules: .script)?.hasPrefix(
                "with a placeholder, and its statement is none") == true)
    }

    @Test func aFunctionOfItsOwnMayGoOnMakingNames() async throws {
        var names = NamespaceNames()
        let reader = try await Self.reader.value
        let definition = try await reader.facts(of: "def f():\n    global z\n    z = 1")
        names.take(.completed(Self.result(["f"])), of: definition, gone: [])
        var judge = StatementJudge(
            try await reader.facts(of: "f()"), rules: .script, names: names)
        #expect(judge.problem(with: Self.completed(["z"])) == nil)
    }

    @Test func aReaderThatDiesOverABlockSaysThatItCannotBeRead() async throws {
        // It takes its modules, whose source has no such line, and the start; then it dies of one request.
        let program = """
            import sys
            while '{"filter":' not in sys.stdin.readline():
                pass
            print('{"filtered": true}', flush=True)
            for line in sys.stdin:
                if 'deadly' in line:
                    sys.exit(9)
                print('{"problem": "read"}', flush=True)
            """
        let python = try await PythonInterpreter.find()
        let reader = CodeReader(
            WorkerLaunch(program: python.path, arguments: ["-I", "-c", program]), count: 1)
        for _ in 0..<2 {
            let reading = try await reader.read("deadly()", rules: .expansion, known: [])
            guard case .formatProblem(let problem) = reading else {
                Issue.record("\(reading)")
                return
            }
            #expect(problem.hasPrefix("Line 1: the code cannot be read: "))
            #expect(try await reader.read("x = 1", rules: .expansion, known: []) == .formatProblem("read"))
        }
    }
}

/// One definition of an action, whoever sends it.
@Suite struct PrimitiveActionTests {
    @Test(
        arguments: [
            ("look around", nil), (String(repeating: "é", count: 2_048), nil), ("\u{200B}", nil),
            ("a\tb", nil), ("", .blank), (" \u{A0}\u{1F}", .blank),
            (String(repeating: "a", count: 4_097), .tooLong(byteCount: 4_097)),
            ("a" + String(repeating: "\u{301}", count: 2_048), .tooLong(byteCount: 4_097)),
        ]
            + [
                "\n", "\r", "\u{0B}", "\u{0C}", "\u{1C}", "\u{1D}", "\u{1E}", "\u{85}", "\u{2028}",
                "\u{2029}",
            ].map {
                ("a\($0)b", .severalLines)
            } as [(String, PrimitiveAction.Problem?)])
    func whatIsAnActionIsTheSameHereAndInTheSandbox(
        text: String, problem: PrimitiveAction.Problem?
    ) async throws {
        #expect(PrimitiveAction.problem(in: text) == problem)
        let scalars = text.unicodeScalars.map { "\($0.value)" }.joined(separator: ", ")
        let log = ActionLog()
        try await TestSandbox.withExecutor { executor in
            let outcome = try await executor.run("run(''.join(map(chr, [\(scalars)])))", log: log)
            #expect((outcome.traceback == nil) == (problem == nil), "\(outcome)")
        }
        #expect(log.actions == (problem == nil ? [text] : []))
    }

    @Test(arguments: [
        ("a\u{2028}b", "There is a line break inside the action. Take one action, on one line."),
        ("a\u{0B}b", "There is a line break inside the action. Take one action, on one line."),
        (String(repeating: "a\u{301}", count: 1_400), "An action has at most 4096 bytes, not 4200."),
    ])
    func aTurnsActionIsHeldToTheSame(action: String, problem: String) {
        #expect(throws: FormatProblem(problem)) {
            try TurnFormat.parse("Thought: so.\nAction: \(action)").get()
        }
    }
}
