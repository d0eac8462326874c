import Trajectories

/// The trees the golden files are about.
enum SampleEpisodes {
    static let names = all.keys.sorted()

    static let all: [String: Trajectory] = [
        "simple": simple, "nested": nested, "retried": retried, "failed-subtree": failedSubtree,
        "lost-outputs": lostOutputs, "environment-done": environmentDone, "repeated-actions": repeatedActions,
        "quotes": quotes, "empty": empty, "native-react": nativeReact, "native-codeact": nativeCodeAct,
    ]

    static func named(_ name: String) throws -> Trajectory {
        guard let sample = all[name] else { throw MissingSample(name: name) }
        return sample
    }

    struct MissingSample: Error { var name: String }

    private static func root(_ episode: inout EpisodeBuilder, thought: String, answer: String) -> Int {
        episode.placeholder(
            "solve(instruction, observation)", variables: rootVariables, thought: thought, answer: answer)
    }

    static var simple: Trajectory {
        var episode = EpisodeBuilder()
        let top = root(
            &episode, thought: "  The kitchen has a stove.  ",
            answer: "\nrun('teleport to kitchen')\nview = run('look around')\n\n")
        episode.code(
            "run('teleport to kitchen')", in: top,
            actions: [("teleport to kitchen", "You teleport to the kitchen.")])
        episode.code(
            "view = run('look around')", in: top,
            actions: [("look around", "This is the kitchen.\n\ta stove")])
        return episode.trajectory()
    }

    static var nested: Trajectory {
        var episode = EpisodeBuilder()
        let top = root(
            &episode, thought: "Water first, heat then.",
            answer: "pot = fill_pot_with_water(observation)\nboil_in_pot(pot)\nrun('focus on water')")
        let fill = episode.placeholder(
            "pot = fill_pot_with_water(observation)", in: top, variables: [rootVariables[1]],
            thought: "The sink is in the kitchen.", answer: "run('teleport to kitchen')\npot = take_pot()")
        episode.code(
            "run('teleport to kitchen')", in: fill, actions: [("teleport to kitchen", "You teleport.")])
        let take = episode.placeholder(
            "pot = take_pot()", in: fill, thought: "It is in the cupboard.",
            answer: "run('open cupboard')\nrun('pick up metal pot')\npot = 'metal pot'")
        episode.code("run('open cupboard')", in: take, actions: [("open cupboard", "Open.")])
        episode.code("run('pick up metal pot')", in: take, actions: [("pick up metal pot", "Taken.")])
        episode.code("pot = 'metal pot'", in: take)
        let boil = episode.placeholder(
            "boil_in_pot(pot)", in: top, variables: [Variable(name: "pot", type: "str", value: "metal pot")],
            thought: "The stove heats.", answer: "run(f'move {pot} to stove')\nrun('activate stove')")
        episode.code(
            "run(f'move {pot} to stove')", in: boil, actions: [("move metal pot to stove", "Moved.")])
        episode.code("run('activate stove')", in: boil, actions: [("activate stove", "On.")])
        episode.code("run('focus on water')", in: top, actions: [("focus on water", "You focus.")])
        return episode.trajectory()
    }

    /// The second placeholder broke the format once, then raised once, then stood; a placeholder inside the abandoned
    /// attempt had succeeded.
    static var retried: Trajectory {
        var episode = EpisodeBuilder()
        let top = root(&episode, thought: "Find a heat source.", answer: "source = find_heat(observation)")
        let find = episode.placeholder(
            "source = find_heat(observation)", in: top, variables: [rootVariables[1]],
            thought: "Ask the stove.",
            answer: "source = 'stove'\nrun('activate stove')",
            attempts: [
                Attempt(response: "def f(): pass", problem: .format, message: "no def"),
                Attempt(
                    response:
                        "<think>\nLook, then choose.\n</think>\n<execute>\nlook()\nrun('wait')\n1/0\n</execute>",
                    problem: .runtime, message: "ZeroDivisionError: division by zero"),
            ])
        let look = episode.placeholder(
            "look()", in: find, thought: "One look.", answer: "run('look around')")
        episode.code("run('look around')", in: look, actions: [("look around", "A stove.")])
        episode.code("run('wait')", in: find, actions: [("wait", "You wait.")])
        episode.code("1/0", in: find, status: .failed, error: "ZeroDivisionError: division by zero")
        episode.placeholder("choose(view)", in: find, status: .skipped)
        episode.code("source = 'stove'", in: find, attempt: 1)
        episode.code("run('activate stove')", in: find, attempt: 1, actions: [("activate stove", "On.")])
        return episode.trajectory()
    }

    /// A placeholder that was given up on takes those above it along, not its sibling.
    static var failedSubtree: Trajectory {
        var episode = EpisodeBuilder()
        let top = root(&episode, thought: "Two steps.", answer: "good()\nbad()\nlate()")
        let good = episode.placeholder("good()", in: top, thought: "Wait.", answer: "run('wait1')")
        episode.code("run('wait1')", in: good, actions: [("wait1", "You wait.")])
        let bad = episode.placeholder("bad()", in: top, thought: "Deeper.", answer: "worse()")
        let worse = episode.placeholder(
            "worse()", in: bad, status: .failed,
            attempts: [
                Attempt(
                    response: "<think>Try.</think><execute>run('eat stove')\nboom</execute>",
                    problem: .runtime,
                    message: "NameError: boom"),
                Attempt(
                    response: "<think>Again.</think><execute>boom</execute>", problem: .runtime, message: "x"),
            ])
        episode.code("run('eat stove')", in: worse, actions: [("eat stove", "No.")])
        episode.code("boom", in: worse, status: .failed, error: "NameError: boom")
        episode.code("boom", in: worse, attempt: 1, status: .failed, error: "NameError: boom")
        episode.placeholder("late()", in: top, status: .pending)
        return episode.trajectory()
    }

    static var lostOutputs: Trajectory {
        var episode = EpisodeBuilder()
        let top = root(&episode, thought: "Measure.", answer: "degrees = measure()\nprint(degrees)")
        let measure = episode.placeholder(
            "degrees = measure()", in: top, thought: "Use it.", answer: "run('use thermometer on water')",
            lost: ["degrees"])
        episode.code(
            "run('use thermometer on water')", in: measure,
            actions: [("use thermometer on water", "10 degrees")])
        episode.code("print(degrees)", in: top)
        return episode.trajectory()
    }

    static var environmentDone: Trajectory {
        var episode = EpisodeBuilder()
        let top = root(&episode, thought: "Focus, then rest.", answer: "focus()\nrest()\nrun('wait')")
        let focus = episode.placeholder(
            "focus()", in: top, thought: "It is here.", answer: "run('focus on water')\nrun('wait1')")
        episode.code("run('focus on water')", in: focus, actions: [("focus on water", "You focus.")])
        episode.code("run('wait1')", in: focus, status: .pending)
        episode.placeholder("rest()", in: top, status: .pending)
        episode.code("run('wait')", in: top, status: .pending)
        return episode.trajectory()
    }

    static var repeatedActions: Trajectory {
        var episode = EpisodeBuilder()
        let top = root(
            &episode, thought: "Wait it out.",
            answer: "for _ in range(4):\n    run('wait1')\nrun('look')\nrun('look')\nrun('wait1')")
        episode.code(
            "for _ in range(4):\n    run('wait1')", in: top, actions: (1...4).map { ("wait1", "Step \($0).") }
        )
        episode.code("run('look')", in: top, actions: [("look", "A pot.")])
        episode.code("run('look')", in: top, actions: [("look", "A pot.")])
        episode.code("run('wait1')", in: top, actions: [("wait1", "Step 5.")])
        return episode.trajectory()
    }

    static var quotes: Trajectory {
        var episode = EpisodeBuilder()
        let actions = [
            "look at the cook's pot", #"read "the sign""#, #"it's "both""#, #"back\slash"#, "tab\tnew\nline",
            "naïve café 中文 🌡️", "zero\u{200B}width \u{A0}nbsp \u{7F} \u{E000} \u{10FFFF}", "{{signature}}", "",
        ]
        let top = root(&episode, thought: "Words of {{variables}} and </b>.", answer: "say(instruction)")
        let say = episode.placeholder(
            "say({{variables}})", in: top,
            variables: [Variable(name: "words", type: "list[str]", value: "['{{signature}}', \"it's\"]")],
            thought: "Ünïcode “thought”.", answer: "for w in words:\n    run(w)")
        episode.code(
            "for w in words:\n    run(w)", in: say,
            actions: actions.map { ($0, "Heard: \($0) {{observation}}") })
        return episode.trajectory()
    }

    static var empty: Trajectory { EpisodeBuilder().trajectory() }

    static var nativeReact: Trajectory {
        var episode = EpisodeBuilder()
        let top = episode.placeholder("solve(instruction, observation)", status: .pending)
        episode.turn(thought: "Look.", code: "look around", in: top, actions: [("look around", "A stove.")])
        episode.turn(thought: "", code: "", in: top, status: .failed, response: "")
        episode.turn(thought: "Heat.", code: "activate stove", in: top, actions: [("activate stove", "On.")])
        return episode.trajectory(.react)
    }

    static var nativeCodeAct: Trajectory {
        var episode = EpisodeBuilder()
        let top = episode.placeholder("solve(instruction, observation)", status: .pending)
        episode.turn(
            thought: "Look twice.", code: "x = run('look around')\nprint(x)\nprint(2)\n", in: top,
            actions: [("look around", "A stove.")], printed: ["A stove.", "2"])
        episode.turn(
            thought: "Heat.", code: "run('activate stove')\n1/0", in: top, status: .failed,
            actions: [("activate stove", "On.")], error: "ZeroDivisionError: division by zero")
        episode.turn(thought: "Done.", code: "print('ok')", in: top, printed: ["ok"])
        return episode.trajectory(.codeact)
    }
}
