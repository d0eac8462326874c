import Testing
import Trajectories

@testable import TraceGen

/// One namespace, and what statements do to it.
@Suite(.serialized) struct ExecutorNamespaceTests {
    @Test func valuesSurviveBetweenStatementsAndAreShownWithTheirTypes() async throws {
        try await TestSandbox.withExecutor { executor in
            try await executor.bind([("instruction", "find 'it'\nnow"), ("observation", "a room")])
            try await executor.complete(
                "names = ['b', 'a']", "pair = ('x', 2)", "counts = {'k': 1}", "mixed = [1, 'a', None]",
                "empty, nothing, none = [], {}, None", "found = {'b', 'a', 'c'}", "many = tuple(range(9))",
                "half = 0.5", "nested = [[1], [2]]", "mapping = {'a': 1, 2: [3]}", "thing = object()",
                "import math", "from math import floor", "kind = int", "_hidden = 1")
            let names = [
                "instruction", "observation", "names", "pair", "counts", "mixed", "empty", "nothing", "none",
                "found",
                "many", "half", "nested", "mapping", "thing", "math", "floor", "kind", "_hidden", "run", "re",
                "absent",
            ]
            let shown = try await executor.variables(names).map { "\($0.name) (\($0.type)): \($0.value)" }
            #expect(
                shown == [
                    "instruction (str): find 'it'\nnow", "observation (str): a room",
                    "names (list[str]): ['b', 'a']",
                    "pair (tuple[str, int]): ('x', 2)", "counts (dict[str, int]): {'k': 1}",
                    "mixed (list[NoneType | int | str]): [1, 'a', None]", "empty (list): []",
                    "nothing (dict): {}",
                    "none (NoneType): None", "found (set[str]): {'a', 'b', 'c'}",
                    "many (tuple[int, ...]): (0, 1, 2, 3, 4, 5, 6, 7, 8)", "half (float): 0.5",
                    "nested (list[list]): [[1], [2]]",
                    "mapping (dict[int | str, int | list]): {'a': 1, 2: [3]}",
                    "thing (object): <object object>",
                ])
        }
    }

    @Test func longValuesAreCutAndHostileOnesAreNamed() async throws {
        try await TestSandbox.withExecutor { executor in
            try await executor.complete(
                "long = 'x' * 9000", "items = list(range(4000))",
                "raising = type('Raising', (), {'__repr__': lambda self: 1 / 0})()",
                "looping = type('Looping', (), {'__repr__': lambda self: sum(0 for _ in iter(int, 1))})()",
                "lying = type('Lying', (), {'__repr__': lambda self: 5})()",
                "acting = type('Acting', (), {'__repr__': lambda self: run('look')})()")
            let names = ["long", "items", "raising", "looping", "lying", "acting"]
            let values = try await executor.variables(names).map(\.value)
            #expect(values.count == names.count)
            #expect(values[0] == String(repeating: "x", count: 8000) + "… [1000 more characters]")
            #expect(values[1].hasSuffix("… [14890 more characters]"))
            #expect(
                Array(values[2...]) == [
                    "<unprintable Raising: ZeroDivisionError>", "<unprintable Looping: ProcessorTimeLimit>",
                    "<unprintable Lying: TypeError>", "<unprintable Acting: RuntimeError>",
                ])
            try await executor.complete("x = 1")
        }
    }

    @Test func aPlaceholderIsTakenApartBeforeAnythingRuns() async throws {
        let log = ActionLog()
        try await TestSandbox.withExecutor { executor in
            try await executor.complete("obj = 'apple'", "all_location_IDs = ['shelf 1', 'bed 2']")
            let call = try await executor.placeholder(
                "# take it\nobj_ID, location_ID   = find_and_take(obj,all_location_IDs)", log: log)
            #expect(
                call
                    == PlaceholderCall(
                        name: "find_and_take",
                        signature: "obj_ID, location_ID = find_and_take(obj, all_location_IDs)",
                        inputs: ["obj", "all_location_IDs"], outputs: ["obj_ID", "location_ID"],
                        variables: [
                            Variable(name: "obj", type: "str", value: "apple"),
                            Variable(
                                name: "all_location_IDs", type: "list[str]", value: "['shelf 1', 'bed 2']"),
                        ]))
            let single = try await executor.placeholder("first, = rest = (a, (b, *c)) = find()")
            #expect(single.signature == "first, = rest = a, (b, *c) = find()")
            #expect(single.outputs == ["first", "rest", "a", "b", "c"])
            let acting = try await executor.placeholder(
                "find(run('look'), [x for x in obj], len(obj), obj)", log: log)
            #expect(acting.inputs == ["obj"])
            #expect(acting.outputs == [])
            #expect(try await executor.variables(["x"]) == [])
        }
        #expect(log.actions == [])
    }

    @Test func literalKeywordsBecomeVariablesInTheirPlace() async throws {
        try await TestSandbox.withExecutor { executor in
            try await executor.complete("place = 'kitchen'", "thing = 1")
            let call = try await executor.placeholder(
                "x = find(place, obj='apple', also=thing, among=[1, -2], n=None)")
            #expect(call.signature == "x = find(place, obj='apple', also=thing, among=[1, -2], n=None)")
            #expect(call.inputs == ["place", "obj", "thing", "among", "n"])
            #expect(call.variables.map(\.value) == ["kitchen", "apple", "1", "[1, -2]", "None"])
            #expect(try await executor.complete("print(obj, among)").printed == ["apple [1, -2]"])
        }
    }

    @Test func anUnknownArgumentRaisesBeforeAnythingRuns() async throws {
        let log = ActionLog()
        try await TestSandbox.withExecutor { executor in
            let traceback = try await executor.traceback(
                of: "x = find(obj='a', where=run('look'),\n  who=nobody)", log: log)
            #expect(
                traceback == """
                    Traceback (most recent call last):
                      File "<block>", line 2, in <module>
                        who=nobody)
                    NameError: name 'nobody' is not defined
                    """)
            #expect(try await executor.variables(["obj"]) == [])
        }
        #expect(log.actions == [])
    }

    @Test func aNameThatWasDefinedIsCalledAndNotExpanded() async throws {
        try await TestSandbox.withExecutor { executor in
            try await executor.complete("from math import floor", "x = floor(1.5)")
            #expect(
                try await executor.traceback(of: "x()").hasSuffix("TypeError: 'int' object is not callable"))
        }
    }

    @Test(arguments: [
        ("x = 1", ["x"]), ("a, (b, *c) = 1, (2, 3)", ["a", "b", "c"]), ("old = old", ["old"]),
        ("old += [2]", ["old"]),
        ("for i in range(3):\n    t = i", ["i", "t"]), ("if False:\n    never = 1", []),
        ("if True:\n    old = old", ["old"]), ("for old in [old]:\n    pass", ["old"]),
        ("for _ in []:\n    old = old", []), ("if old:\n    (old := old)", ["old"]),
        ("try:\n    old = old\n    1 / 0\nexcept ZeroDivisionError:\n    pass", ["old"]),
        ("for _ in [1]:\n    if False:\n        old = old", ["_"]),
        ("if True:\n    old = [2]", ["old"]),
        ("import os.path, sys as system", ["os", "system"]),
        ("[y for y in range(3) if (z := y)]", ["z"]), ("with open('/dev/null') as f:\n    pass", ["f"]),
        ("del old", []), ("globals()['made'] = 1", ["made"]), ("print('x')", []), ("x: int = 3", ["x"]),
        ("x: int", []),
    ])
    func assignedNamesAreTracked(statement: String, assigned: [String]) async throws {
        try await TestSandbox.withExecutor { executor in
            try await executor.complete("old = [1]")
            #expect(try await executor.complete(statement).assigned == assigned)
        }
    }

    @Test func whatARaisingStatementAssignedAndPrintedIsKept() async throws {
        try await TestSandbox.withExecutor { executor in
            let outcome = try await executor.run("for i in range(3):\n    print(i)\n    t = 1 / (1 - i)")
            #expect(
                outcome
                    == .raised(
                        StatementResult(printed: ["0", "1"], assigned: ["i", "t"]),
                        traceback: """
                            Traceback (most recent call last):
                              File "<block>", line 3, in <module>
                                t = 1 / (1 - i)
                            ZeroDivisionError: division by zero
                            """))
        }
    }

    @Test func tracebacksAreShortAndNameOnlyTheBlocksLines() async throws {
        try await TestSandbox.withExecutor { executor in
            #expect(
                try await executor.traceback(
                    of: "import json\nx = sorted('ab', key=lambda c: json.loads('{'))")
                        == """
                        Traceback (most recent call last):
                          File "<block>", line 2, in <module>
                            x = sorted('ab', key=lambda c: json.loads('{'))
                          File "<block>", line 2, in <lambda>
                            x = sorted('ab', key=lambda c: json.loads('{'))
                        JSONDecodeError: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)
                        """)
            let deep = try await executor.traceback(of: "(lambda f: f(f))(lambda f: f(f))")
            #expect(
                deep.contains("more frames]")
                    && deep.contains("RecursionError: maximum recursion depth exceeded"))
            let long = try await executor.traceback(of: "raise ValueError('x' * 100000)")
            #expect(
                long.count <= 2_000 && long.contains("ValueError: xxx") && long.hasSuffix("more characters]"))
            #expect(try await executor.traceback(of: "raise SystemExit(3)").hasSuffix("SystemExit: 3"))
            #expect(try await executor.traceback(of: "x = (").hasSuffix("SyntaxError: '(' was never closed"))
        }
    }

    @Test func exceptionsWithCodeOfTheirOwnAreToldOfUnderTheSameLimits() async throws {
        var limits = TestSandbox.limits
        limits.wallTime = .seconds(8)
        try await TestSandbox.withExecutor(limits: limits) { executor in
            for method in [
                "lambda self: sum(0 for _ in iter(int, 1))", "lambda self: __import__('time').sleep(99)",
            ] {
                #expect(
                    try await executor.traceback(
                        of: "raise type('E', (Exception,), {'__str__': \(method)})()"
                    )
                    .hasSuffix("E: <its message cannot be shown>"))
            }
            let pretending =
                "raise type('F', (Exception,), {'__class__': property(lambda self: sum(0 for _ in iter(int, 1)))})('x')"
            #expect(try await executor.traceback(of: pretending).hasSuffix("F: x"))
            let meta = """
                meta = type('M', (type,), {'__name__': property(lambda self: sum(0 for _ in iter(int, 1)))})
                raise meta('G', (Exception,), {})('x')
                """
            #expect(try await executor.traceback(of: meta).hasSuffix("G: x"))
            try await executor.complete(
                "odd = type('O', (), {'__class__': property(lambda self: sum(0 for _ in iter(int, 1)))})()")
            #expect(try await executor.variables(["odd"]).map(\.type) == ["O"])
        }
    }

    @Test func allValuesOfAPlaceholderTogetherAreCut() async throws {
        try await TestSandbox.withExecutor { executor in
            try await executor.complete("a = 'x' * 8000", "t = type('y' * 9000, (dict,), {})({1: 2})")
            let values = try await executor.variables(["t"] + [String](repeating: "a", count: 40)).map(
                \.value)
            #expect(values.count == 41)
            #expect(values[1].count == 8_000)
            #expect(values[40] == "… [8000 more characters]")
        }
    }

    @Test func aLiteralKeywordNamedLikeSomethingOfPythonsIsNotBound() async throws {
        try await TestSandbox.withExecutor { executor in
            let call = try await executor.placeholder("find(re='x', len=2)")
            #expect(call.inputs == [])
            #expect(try await executor.complete("print(len(re.sub('a', 'b', 'aa')))").printed == ["2"])
        }
    }

    @Test func printsOfBothKindsAreKeptLineByLine() async throws {
        try await TestSandbox.withExecutor { executor in
            let result = try await executor.complete(
                "import sys\nprint('one', 2)\nprint()\nprint('é', end='')\nsys.stderr.write('!\\nerr')\nprint(object())"
            )
            #expect(result.printed == ["one 2", "", "é!", "err<object object>"])
            #expect(try await executor.complete("x = 1").printed == [])
            #expect(try await executor.traceback(of: "input()").contains("EOFError"))
        }
    }

    @Test func actionsReachTheHostAndTheirObservationsComeBack() async throws {
        let log = ActionLog()
        try await TestSandbox.withExecutor { executor in
            let result = try await executor.complete(
                "for i in range(3):\n    print(run(f'go {i} é'))", log: log)
            #expect(result.printed == ["seen: go 0 é", "seen: go 1 é", "seen: go 2 é"])
        }
        #expect(log.actions == ["go 0 é", "go 1 é", "go 2 é"])
    }

    @Test(arguments: [
        ("run(3)", "TypeError: run() takes the action as a str, not int"),
        ("run(' ')", "ValueError: run() needs an action, not an empty text"),
        ("run('look\\naround')", "ValueError: an action is one line: call run() once for each"),
        ("run('x' * 4097)", "ValueError: an action has at most 4096 bytes, not 4097"),
        ("run('x\\n')", "ValueError: an action is one line: call run() once for each"),
        (
            "import unicodedata\nrun('x' + unicodedata.lookup('COMBINING ACUTE ACCENT') * 2048)",
            "ValueError: an action has at most 4096 bytes, not 4097"
        ),
        (
            "run('\\ud800')",
            "UnicodeEncodeError: 'utf-8' codec can't encode character '\\ud800' in position 0: surrogates not allowed"
        ),
    ])
    func onlyOneLineOfTextIsAnAction(statement: String, problem: String) async throws {
        let log = ActionLog()
        try await TestSandbox.withExecutor { executor in
            let traceback = try await executor.traceback(of: statement, log: log)
            #expect(traceback.hasSuffix(problem))
        }
        #expect(log.actions == [])
    }

    @Test(arguments: [
        "x = run('a')\nrun('b')\nx = run('c')",
        "x = run('a')\ntry:\n    run('b')\nexcept BaseException:\n    pass\ntry:\n    run('c')\nfinally:\n    run('d')",
        "x = run('a')\nfor i in range(50):\n    try:\n        run('b')\n    except:\n        print('swallowed')",
        "x = run('a')\ntry:\n    run('b')\nexcept:\n    1 / 0",
    ])
    func theEndOfTheEpisodeStopsAStatementForGood(statement: String) async throws {
        let log = ActionLog(stopAt: 2)
        try await TestSandbox.withExecutor { executor in
            guard case .stopped(let result) = try await executor.run(statement, log: log) else {
                Issue.record("not stopped")
                return
            }
            #expect(result.assigned.first == "x")
        }
        #expect(log.actions == ["a", "b"])
    }

    @Test func theSameSeedDrawsTheSameNumbersAndAnotherDoesNot() async throws {
        let draw = "import random\nprint(random.random(), random.sample(range(100), 5))"
        let first = try await TestSandbox.withExecutor(seed: .max) { try await $0.complete(draw).printed }
        let again = try await TestSandbox.withExecutor(seed: .max) { try await $0.complete(draw).printed }
        let other = try await TestSandbox.withExecutor(seed: 1) { try await $0.complete(draw).printed }
        #expect(first == again)
        #expect(first != other)
    }

    @Test(arguments: [true, false])
    func setsOfTextComeInTheSameOrderInEveryProcess(isolated: Bool) async throws {
        let statement = "print(list({f'item {i}' for i in range(50)}), {'b': {'x', 'y', 'z'}})"
        let first = try await TestSandbox.withExecutor(isolated: isolated) {
            try await $0.complete(statement).printed
        }
        let again = try await TestSandbox.withExecutor(isolated: isolated) {
            try await $0.complete(statement).printed
        }
        #expect(first == again)
    }

    /// Objects are hashed by where they lie in memory. Where a machine forbids fixed addresses nothing can be promised.
    @Test(.enabled(if: !SandboxCommand.fixedAddresses.isEmpty), arguments: [true, false])
    func setsOfObjectsComeInTheSameOrderInEveryProcess(isolated: Bool) async throws {
        let statement = """
            things = [type('Thing', (), {'number': i})() for i in range(3000)]
            print([thing.number for thing in set(things)][:50], len({object(), object()}))
            print(list({len, print, int, object, Exception, re.sub, re.compile, type(run)}))
            """
        var runs: [[String]] = []
        for _ in 0..<3 {
            runs.append(
                try await TestSandbox.withExecutor(isolated: isolated) {
                    try await $0.complete(statement).printed
                })
        }
        #expect(Set(runs).count == 1)
        #expect(runs[0].count == 2)
    }

    @Test func textThatIsNoUnicodeIsReplacedOnTheWayOut() async throws {
        try await TestSandbox.withExecutor { executor in
            let result = try await executor.complete("x = '\\ud800\\0'\nprint(x)")
            #expect(result.printed == ["?\0"])
            #expect(try await executor.variables(["x"]).map(\.value) == ["?\0"])
        }
    }

    @Test func runAndRePointBackToWhereTheyWere() async throws {
        let log = ActionLog()
        try await TestSandbox.withExecutor { executor in
            try await executor.complete(
                "globals()['run'] = None\ndel globals()['re']", "run('look')", log: log)
            #expect(try await executor.complete("print(re.sub('a', 'b', 'aa'))").printed == ["bb"])
        }
        #expect(log.actions == ["look"])
    }

    @Test func theHostsOwnErrorEndsTheExecutor() async throws {
        struct EnvironmentGone: Error {}
        try await TestSandbox.withExecutor { executor in
            await #expect(throws: EnvironmentGone.self) {
                try await executor.execute("run('look')", action: { _ in throw EnvironmentGone() })
            }
            await #expect(throws: ExecutorFailure.self) { try await executor.parse("x = 1") }
        }
    }

    @Test func timeTheHostTakesForAnActionDoesNotCount() async throws {
        var limits = TestSandbox.limits
        limits.wallTime = .seconds(5)
        limits.episodeWallTime = .seconds(5)
        let outcome = try await TestSandbox.withExecutor(limits: limits) { executor in
            try await executor.execute("x = run('look')") { action in
                try await Task.sleep(for: .seconds(6))
                return .observation(action)
            }
        }
        #expect(outcome == .completed(StatementResult(assigned: ["x"])))
    }
}
