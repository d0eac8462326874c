import Testing

@testable import TraceGen

/// The ALFWorld teacher's turns (ReAct, CodeAct), decided after turns that real games answered.
@Suite struct HouseTurnsTests {
    /// The game in Tests/Environments/Games.
    private static let kitchen = TurnRequest(
        instruction: "heat some potato and put it in sinkbasin.",
        observation:
            "You are in the middle of a room. Looking quickly around you, you see a cabinet 8, a cabinet 7, a cabinet 6, a "
            + "cabinet 5, a cabinet 4, a cabinet 3, a cabinet 2, a cabinet 1, a coffeemachine 1, a countertop 2, a "
            + "countertop 1, a fridge 1, a garbagecan 1, a microwave 1, a sinkbasin 1, a stoveburner 4, a stoveburner 3, a "
            + "stoveburner 2, a stoveburner 1, and a toaster 1.\nYour task is to: heat some potato and put it in sinkbasin."
    )

    private static let kitchenTurns = [
        (
            "go to countertop 2",
            "You arrive at countertop 2. On the countertop 2, you see a apple 2, a apple 1, a bowl 3, a cup 2, a fork 2, a "
                + "fork 1, a mug 2, a potato 2, a potato 1, a saltshaker 1, and a spoon 1."
        ),
        ("take potato 2 from countertop 2", "You pick up the potato 2 from the countertop 2."),
        ("go to microwave 1", "You arrive at microwave 1. The microwave 1 is closed."),
        ("heat potato 2 with microwave 1", "You heat the potato 2 using the microwave 1."),
        (
            "go to sinkbasin 1",
            "You arrive at sinkbasin 1. On the sinkbasin 1, you see a dishsponge 3, a egg 2, and a knife 3."
        ),
        ("move potato 2 to sinkbasin 1", "You move the potato 2 to the sinkbasin 1."),
    ]

    /// A generated game.
    private static let bathroom = TurnRequest(
        instruction: "find two candle and put them in cabinet.",
        observation:
            "You are in the middle of a room. Looking quickly around you, you see a cabinet 4, a cabinet 3, a cabinet 2, a "
            + "cabinet 1, a countertop 1, and a toilet 1.\nYour task is to: find two candle and put them in cabinet."
    )

    private static let bathroomTurns = [
        (
            "go to countertop 1",
            "You arrive at countertop 1. On the countertop 1, you see a candle 2, and a candle 1."
        ),
        ("take candle 2 from countertop 1", "You pick up the candle 2 from the countertop 1."),
        ("go to cabinet 4", "You arrive at cabinet 4. The cabinet 4 is closed."),
        (
            "open cabinet 4", "You open the cabinet 4. The cabinet 4 is open. In it, you see a handtowel 1."
        ),
        ("move candle 2 to cabinet 4", "You move the candle 2 to the cabinet 4."),
        ("go to countertop 1", "You arrive at countertop 1. On the countertop 1, you see a candle 1."),
        ("take candle 1 from countertop 1", "You pick up the candle 1 from the countertop 1."),
        (
            "go to cabinet 4",
            "You arrive at cabinet 4. The cabinet 4 is open. In it, you see a candle 2, and a handtowel 1."
        ),
        ("move candle 1 to cabinet 4", "You move the candle 1 to the cabinet 4."),
    ]

    private func action(_ request: TurnRequest, _ putting: PuttingForm = .move) throws -> TeacherAnswer {
        try ALFWorldLesson(putting: putting).action(for: request)
    }

    private func block(_ request: TurnRequest, _ putting: PuttingForm = .move) throws -> TeacherAnswer {
        try ALFWorldLesson(putting: putting).block(for: request)
    }

    @Test(arguments: [(kitchen, kitchenTurns), (bathroom, bathroomTurns)])
    func gamesAreWonActionByAction(start: TurnRequest, turns: [(String, String)]) throws {
        var request = start
        for (expected, observation) in turns {
            let answer = try action(request)
            #expect(answer.code == expected)
            #expect(try TurnFormat.parse(answer.text(for: .react)).get().code == expected)
            #expect(answer.thought.count > 20 && !answer.thought.contains("\n"))
            request.turns.append(.init(thought: answer.thought, code: answer.code, observation: observation))
        }
        let after = try action(request).code
        #expect(after != turns.last?.0, "what did not end the episode is not done again")
    }

    @Test func whatAThoughtSaysWasSeen() throws {
        var request = Self.kitchen
        request.turns = Self.kitchenTurns.prefix(1).map { .init(thought: "", code: $0.0, observation: $0.1) }
        #expect(
            try action(request).thought
                == "On countertop 2 I see potato 2, potato 1, apple 2 and 8 more. Potato 2 is what I look for, so I take it."
        )
        request.turns = Self.kitchenTurns.prefix(4).map { .init(thought: "", code: $0.0, observation: $0.1) }
        #expect(
            try action(request).thought == "I hold potato 2, and it is hot. Potato 2 goes in sinkbasin 1.")
    }

    @Test func theOtherFormIsTriedWhereNoneIsSaid() throws {
        var request = Self.kitchen
        request.turns = Self.kitchenTurns.prefix(5).map { .init(thought: "", code: $0.0, observation: $0.1) }
        #expect(try action(request, .put).code == "put potato 2 in/on sinkbasin 1")
        let first = try action(request, .unsaid).code
        #expect(first == "put potato 2 in/on sinkbasin 1")
        request.turns.append(.init(thought: "", code: first, observation: "Nothing happens."))
        #expect(try action(request, .unsaid).code == "move potato 2 to sinkbasin 1")
    }

    @Test func aPlaceWhereItStandsAlreadyIsExamined() throws {
        var request = Self.bathroom
        request.turns = [
            .init(thought: "", code: "go to countertop 1", observation: "Nothing happens.")
        ]
        #expect(try action(request).code == "examine countertop 1")
        request.turns.append(
            .init(
                thought: "", code: "examine countertop 1",
                observation: "On the countertop 1, you see a candle 2."))
        #expect(try action(request).code == "take candle 2 from countertop 1")
    }

    @Test func blocksGoOnFromWhatWasPrinted() throws {
        var request = Self.kitchen
        let search = try block(request)
        #expect(search.code.hasPrefix("for place in ['countertop 2', 'countertop 1', 'fridge 1', "))
        #expect(search.code.contains(#"names = re.findall(r'\bpotato \d+', text)"#))
        let printed = Self.kitchenTurns.prefix(2).map(\.1).joined(separator: "\n")
        request.turns.append(.init(thought: "", code: search.code, observation: printed))
        let heating = try block(request)
        #expect(
            heating.code == """
                print(run('go to microwave 1'))
                print(run('heat potato 2 with microwave 1'))
                print(run('go to sinkbasin 1'))
                print(run('move potato 2 to sinkbasin 1'))
                """)
        let after = Self.kitchenTurns.dropFirst(2).map(\.1).joined(separator: "\n")
        request.turns.append(.init(thought: "", code: heating.code, observation: after))
        #expect(
            try block(request).code
                == "print(run('go to countertop 2'))\nprint(run('take potato 1 from countertop 2'))")
    }

    /// What a world may answer for ever, and what is said of the search then.
    @Test(arguments: [kitchen, bathroom], [true, false])
    func whereNothingHelpsItEndsWithWords(start: TurnRequest, isCode: Bool) throws {
        var request = start
        var codes: [String] = []
        let failure = #expect(throws: PolicyFailure.self) {
            for _ in 0..<200 {
                let answer = try isCode ? block(request) : action(request)
                codes.append(answer.code)
                request.turns.append(
                    .init(thought: answer.thought, code: answer.code, observation: "Nothing happens."))
            }
        }
        #expect(Set(codes).count == codes.count, "nothing is tried twice")
        let message = failure?.message ?? ""
        #expect(message.hasPrefix("The teacher has nothing left to try: it looked into "), "\(message)")
    }
}
