import Testing

@testable import Import

@Suite struct CallSignatureTests {
    @Test(arguments: [
        ("solve(instruction, observation)", ["instruction", "observation"], []),
        ("a, b = find(x, y=z)", ["x", "z"], ["a", "b"]),
        ("(a, *b) = find()", [], ["a", "b"]),
        ("x: list = find(\"a, b = c(d)\", kind='tree')", ["kind"], ["x"]),
        ("a = b = find(\n    x,\n    y,  # why, (not\n)  # found", ["x", "y"], ["a", "b"]),
        ("ünïcödé = prüfe(größe)", ["größe"], ["ünïcödé"]),
        ("f(x == y)", [], []), ("f(x, x)", ["x"], []), ("f(None, True, 3, -1.5)", [], []),
        ("f('''a\n) b''', x)", ["x"], []),
    ])
    func thePlainFormIsRead(code: String, inputs: [String], outputs: [String]) throws {
        let call = try #require(CallSignature(code))
        #expect(call.inputs == inputs)
        #expect(call.outputs == outputs)
    }

    @Test(arguments: [
        "", "x = 1", "if a: f(b)", "x[0] = f(a)", "f(a).g(b)", "f(a", "f(a))", "f('a)", "a + f(b)",
        "x += f(a)", "=",
        "for a in b:\n    f(a)", "(((", "f(a) = b",
    ])
    func anythingElseIsNot(code: String) {
        #expect(CallSignature(code) == nil)
    }

    @Test func argumentsThatNeedPythonAreSaid() throws {
        let call = try #require(CallSignature("f(a, b[0], c=[d], e=None, *g)"))
        #expect(call.inputs == ["a"])
        #expect(call.possibleInputs == ["c", "e"])
        #expect(call.hasOtherArguments)
    }

    @Test(
        arguments: [
            ("run('look around')", "look around"), ("obs = run(\"it's\")", "it's"),
            (#"run('it\'s')"#, "it's"),
            ("run( 'a' )", "a"), ("run(f'go to {x}')", nil), ("run('a' + b)", nil), ("print(run('a'))", nil),
            ("a, b = run('a')", nil), (#"run('\x41')"#, nil), ("run(x)", nil), ("run('a'); run('b')", nil),
            ("dry_run('a')", nil), ("run('''a''')", nil),
        ] as [(String, String?)])
    func anActionIsReadWhereItIsLiteral(code: String, action: String?) {
        #expect(LiteralAction(code)?.text == action)
    }
}
