import Testing

@testable import TraceGen

/// The format rules and the splitting of answers, by CPython's own `ast`.
@Suite(.serialized) struct ExecutorFormatTests {
    static let splits: [(code: String, statements: [String])] = [
        ("x = 1", ["x = 1"]),
        ("a = 1; b = 2", ["a = 1", "b = 2"]),
        ("a = 1; b = 2;  # both", ["a = 1", "b = 2;  # both"]),
        ("a = 1  # one\nb = 2", ["a = 1  # one", "b = 2"]),
        (
            "# why\n# and how\na = 1\n\n# lost: a blank line follows\n\nb = 2\n# lost",
            ["# why\n# and how\na = 1", "b = 2"]
        ),
        ("x = '''\n# no comment\n  kept\n'''\ny = 2", ["x = '''\n# no comment\n  kept\n'''", "y = 2"]),
        ("s = '''a\n# in it'''\nt = 1", ["s = '''a\n# in it'''", "t = 1"]),
        ("é = 'ü'; z = é", ["é = 'ü'", "z = é"]),
        (
            "if a:\n    b = 1\n    # in it\nelse:\n    c = 2\nd = 3",
            ["if a:\n    b = 1\n    # in it\nelse:\n    c = 2", "d = 3"]
        ),
        ("x = [\n    1,\n    2,\n]\r\ny = 1\rz = 2", ["x = [\n    1,\n    2,\n]", "y = 1", "z = 2"]),
        ("t = 'a\u{2028}b\u{0C}c'\nu = 1", ["t = 'a\u{2028}b\u{0C}c'", "u = 1"]),
        ("x = find(y)\nx()", ["x = find(y)", "x()"]),
        ("a, (b, *c) = d = find(instruction)", ["a, (b, *c) = d = find(instruction)"]),
        ("find()", ["find()"]),
        ("from math import floor\nfloor(1.5)", ["from math import floor", "floor(1.5)"]),
        ("for f in [len, max]:\n    f([1])", ["for f in [len, max]:\n    f([1])"]),
        ("with open(p) as go:\n    go()", ["with open(p) as go:\n    go()"]),
        ("if (n := len):\n    n('a')", ["if (n := len):\n    n('a')"]),
        ("sorted(x, key=lambda item: item[0])", ["sorted(x, key=lambda item: item[0])"]),
        ("map(lambda f: f(1), [abs])", ["map(lambda f: f(1), [abs])"]),
        ("[f(1) for f in [abs]]", ["[f(1) for f in [abs]]"]),
        (
            "for i in range(3):\n    print(re.sub('a', 'b', run('look')))",
            ["for i in range(3):\n    print(re.sub('a', 'b', run('look')))"]
        ),
        ("x = thing.find(y)", ["x = thing.find(y)"]),
        (
            "xs.sort(key=lambda x: -x)\nfind(by=lambda x: x)",
            ["xs.sort(key=lambda x: -x)", "find(by=lambda x: x)"]
        ),
        ("import re\nys = [id for id in x]", ["import re", "ys = [id for id in x]"]),
        ("find(type=kind, key=(lambda id: id))", ["find(type=kind, key=(lambda id: id))"]),
    ]

    @Test(arguments: splits)
    func blocksFallIntoStatements(code: String, statements: [String]) async throws {
        let block = try await TestSandbox.withExecutor { try await $0.parse(code) }
        #expect(block == .statements(statements))
    }

    /// The text of a misplaced placeholder.
    private static func misplaced(_ line: Int, _ name: String, _ place: String) -> String {
        "Line \(line): `\(name)` is not defined, so it is a placeholder, and it stands inside \(place). A placeholder"
            + " must stand alone at the top level, as `outs = \(name)(ins)`: call it on a line above and use its"
            + " result, call it below in any case with what shows whether anything is left to do, or let a placeholder"
            + " stand for the whole of it."
    }

    private static let keepRun =
        "`run` must stay the function that acts in the environment. Give your variable another name."

    private static let looseLambda =
        "a lambda that is not itself an argument of a call is not allowed. Write a lambda only as an argument, as in"
        + " `sorted(items, key=lambda item: item)`, or call a function without defining it: you will be asked to expand"
        + " it."

    private static func keepPythons(_ name: String, _ kind: String) -> String {
        "`\(name)` is a name of Python's own, and later code needs what it stands for. Give your \(kind) another name."
    }

    static let problems: [(code: String, problem: String)] = [
        (
            "",
            "Line 1: there is no statement to run. Write at least one: `run('look around')`, say, or a placeholder."
        ),
        (
            "# only this\n",
            "Line 1: there is no statement to run. Write at least one: `run('look around')`, say, or a placeholder."
        ),
        (
            "a = 1\nb = (",
            "Line 2: this is not valid Python: '(' was never closed. Answer with plain Python statements."
        ),
        (
            "a" + String(repeating: "\u{301}", count: 20_000) + String(repeating: "\u{316}", count: 20_000)
                + " = 1",
            "Line 1: more than 30 accents follow each other in the code. Write plain Python statements."
        ),
        (
            "Go to the kitchen.",
            "Line 1: this is not valid Python: invalid syntax. Answer with plain Python statements."
        ),
        (
            "  x = 1",
            "Line 1: this is not valid Python: unexpected indent. Answer with plain Python statements."
        ),
        (
            "x = 1\nreturn x",
            "Line 2: this is not valid Python: 'return' outside function. Answer with plain Python statements."
        ),
        (
            "yield 1",
            "Line 1: this is not valid Python: 'yield' outside function. Answer with plain Python statements."
        ),
        (
            "await x",
            "Line 1: this is not valid Python: 'await' outside function. Answer with plain Python statements."
        ),
        ("x = 1\ny = '\0'", "Line 2: the code holds a null byte. Remove it."),
        (
            "x = 1" + String(repeating: " + 1", count: 20_000),
            "Line 1: the code is nested too deeply to be read. Write it as several simple statements."
        ),
        (
            String(repeating: "x = 1\n", count: 20_000),
            "Line 1: the code has 120000 characters, more than the 100000 allowed. Write fewer statements and leave the rest to placeholders."
        ),
        (
            "x = 1\nif x:\n    def go(a):\n        run(a)",
            "Line 3: `def go` is not allowed. Write its steps as plain statements, or call `go(...)` without defining it: you will be asked to expand it."
        ),
        (
            "async def go(): pass",
            "Line 1: `async def go` is not allowed. Write its steps as plain statements, or call `go(...)` without defining it: you will be asked to expand it."
        ),
        (
            "class Place: pass",
            "Line 1: `class Place` is not allowed. Keep what you know in variables, lists and dicts."
        ),
        (
            "go = lambda a: run(a)",
            "Line 1: a lambda bound to the name `go` is not allowed. Write a lambda only as an argument, as in `sorted(items, key=lambda item: item)`, or call `go(...)` without defining it: you will be asked to expand it."
        ),
        (
            "a, go = 1, lambda: 2",
            "Line 1: a lambda bound to the name `go` is not allowed. Write a lambda only as an argument, as in `sorted(items, key=lambda item: item)`, or call `go(...)` without defining it: you will be asked to expand it."
        ),
        (
            "print(go := lambda: 2)",
            "Line 1: a lambda bound to the name `go` is not allowed. Write a lambda only as an argument, as in `sorted(items, key=lambda item: item)`, or call `go(...)` without defining it: you will be asked to expand it."
        ),
        ("f = (lambda a: a) if 1 else None", "Line 1: " + looseLambda),
        ("f = [lambda a: a][0]", "Line 1: " + looseLambda),
        ("x = 1\nfor f in [lambda a: a]:\n    f(1)", "Line 2: " + looseLambda),
        ("f = x or (lambda a: a)", "Line 1: " + looseLambda),
        ("tools = {\n    'go': lambda a: run(a)}", "Line 2: " + looseLambda),
        ("re = 'x'", "Line 1: " + keepPythons("re", "variable")),
        ("x = 1\nif x:\n    for list in []:\n        pass", "Line 3: " + keepPythons("list", "variable")),
        ("object = find(x)", "Line 1: " + keepPythons("object", "variable")),
        ("from os import open", "Line 1: " + keepPythons("open", "variable")),
        ("del re", "Line 1: " + keepPythons("re", "variable")),
        ("find(re='x')", "Line 1: " + keepPythons("re", "keyword")),
        ("x = find(\n    type='animal')", "Line 1: " + keepPythons("type", "keyword")),
        ("run = 1", "Line 1: " + keepRun),
        ("from os import system as run", "Line 1: " + keepRun),
        ("for run in []: pass", "Line 1: " + keepRun),
        ("del run", "Line 1: " + keepRun),
        (
            "x = find(run('look'))",
            "Line 1: `run(...)` stands among the arguments of the placeholder `find`, which are shown and not executed. Call `run` on a line above and hand its result on as a variable."
        ),
        (
            "x = find(y := 1)",
            "Line 1: `:=` stands among the arguments of the placeholder `find`, which are shown and not executed. Assign the variable on a line above."
        ),
        ("for x in xs:\n    y = find(x)", misplaced(2, "find", "a loop")),
        ("while True:\n    print(find(1))", misplaced(2, "find", "a loop")),
        ("if find(x):\n    pass", misplaced(1, "find", "a condition")),
        ("if x:\n    y = find(x)", misplaced(2, "find", "a condition")),
        ("y = find(x) if x else 1", misplaced(1, "find", "a conditional expression")),
        ("ys = [find(x) for x in xs]", misplaced(1, "find", "a comprehension")),
        ("try:\n    find(1)\nexcept ValueError:\n    pass", misplaced(2, "find", "a try")),
        ("with x:\n    find(1)", misplaced(2, "find", "a with block")),
        ("match x:\n    case 1:\n        find(1)", misplaced(3, "find", "a match")),
        ("sorted(x, key=lambda item: rank(item))", misplaced(1, "rank", "a lambda")),
        ("print(find(x))", misplaced(1, "find", "another call")),
        ("x = find(locate(y))", misplaced(1, "locate", "another call")),
        ("x = find(y)[0]", misplaced(1, "find", "a larger expression")),
        ("x = 'a' + find(y)", misplaced(1, "find", "a larger expression")),
        ("x = f'{find(y)}'", misplaced(1, "find", "a larger expression")),
        ("x = 1\nx += find(y)", misplaced(2, "find", "a larger expression")),
        ("x = find(1), 2", misplaced(1, "find", "a larger expression")),
        ("x.y = find(z)", misplaced(1, "find", "an assignment to `x.y`, which is not a plain name")),
        (
            "a, b[0] = find(z)",
            misplaced(1, "find", "an assignment to `(a, b[0])`, which is not a plain name")
        ),
        ("x: str = find(y)", misplaced(1, "find", "an assignment with a type annotation")),
    ]

    @Test(arguments: problems)
    func brokenRulesAreNamedWithWhatToDoInstead(code: String, problem: String) async throws {
        let block = try await TestSandbox.withExecutor { try await $0.parse(code) }
        #expect(block == .formatProblem(problem))
    }

    @Test func theProblemWithALongNameIsCut() async throws {
        let name = String(repeating: "x", count: 50_000)
        let block = try await TestSandbox.withExecutor { try await $0.parse("def \(name)(): pass") }
        guard case .formatProblem(let problem) = block else { throw Unexpected(outcome: .completed(.init())) }
        #expect(problem.count == 2_001 && problem.hasPrefix("Line 1: `def xxx"))
    }

    @Test func aNameTheNamespaceHoldsIsNoPlaceholder() async throws {
        try await TestSandbox.withExecutor { executor in
            let code = "for x in [1]:\n    floor(x)"
            guard case .formatProblem = try await executor.parse(code) else {
                Issue.record("unknown names passed")
                return
            }
            try await executor.complete("from math import floor")
            #expect(try await executor.parse(code) == .statements([code]))
        }
    }

    @Test func absurdNestingIsAProblemAndNotACrash() async throws {
        try await TestSandbox.withExecutor { executor in
            for code in [
                "x = " + String(repeating: "(", count: 5_000),
                "x = " + String(repeating: "-", count: 90_000) + "1",
            ] {
                guard case .formatProblem = try await executor.parse(code) else {
                    Issue.record("passed: \(code.prefix(20))")
                    continue
                }
            }
            try await executor.complete("x = 1")
        }
    }
}
