import Decompose
import FoundationEssentials
import Prompts
import TemporaryFiles
import Testing
import Trajectories

/// The grammar of the world at hand, from the record into the prompts of pairs.
@Suite struct InstanceGrammarTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func episode(
        in environment: String, options: [String: JSONValue] = [:], instance: [String: JSONValue]? = nil
    ) -> Trajectory {
        var episode = SampleEpisodes.simple
        episode.environment.name = environment
        episode.environment.options = options
        episode.environment.instance = instance
        return episode
    }

    private func system(
        _ episode: Trajectory, _ library: PromptLibrary, _ style: PromptStyle = .zeroShot
    ) throws -> String {
        let pairs = try PairBuilder(method: .recode, style: style, prompts: library).pairs(of: episode).pairs
        return try #require(pairs.first?.prompt.first).content
    }

    /// The texts of the program with those of one more environment.
    private func library(adding files: [String: String]) throws -> PromptLibrary {
        let folder = directory.file("prompts")
        if !FileManager.default.fileExists(atPath: folder) {
            try FileManager.default.copyItem(atPath: TestPrompts.folder, toPath: folder)
        }
        for (path, text) in files {
            let path = "\(folder)/environments/\(path)"
            try FileManager.default.createDirectory(
                atPath: String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)]),
                withIntermediateDirectories: true)
            try Data(text.utf8).write(to: URL(filePath: path))
        }
        return try PromptLibrary(directory: folder)
    }

    static let forms = [
        "move": "move OBJECT to PLACE", "put": "put OBJECT in/on PLACE",
        "other": "put OBJECT in/on PLACE, or in some games move OBJECT to PLACE",
    ]

    @Test(arguments: ["move", "put"], [PromptStyle.zeroShot, .fewShot])
    func pairsNameTheFormOfTheirOwnGame(grammar: String, style: PromptStyle) throws {
        let own = episode(
            in: "alfworld", options: ["grammar": .string("mixed")], instance: ["grammar": .string(grammar)])
        let text = try system(own, TestPrompts.library, style)
        let form = try #require(Self.forms[grammar])
        let other = try #require(Self.forms[grammar == "move" ? "put" : "move"])
        #expect(text.contains("\n- \(form): put what you carry in or on a place\n"))
        #expect(!text.contains(other))
        let action = grammar == "move" ? "run(f'move {mug} to shelf 1')" : "run(f'put {mug} in/on shelf 1')"
        #expect(text.contains(action) == (style == .fewShot))
        #expect(!text.contains("{{"))
        let wide = episode(in: "alfworld", options: ["grammar": .string(grammar)])
        #expect(try system(wide, TestPrompts.library, style) == text, "what holds in all of an environment")
    }

    @Test func anEpisodeThatSaysNothingGetsTheWordsForOthers() throws {
        let all: [[String: JSONValue]] = [[:], ["grammar": .string("mixed")], ["grammar": .int(3)]]
        for options in all {
            let text = try system(episode(in: "alfworld", options: options), TestPrompts.library)
            #expect(text.contains("\n- \(Self.forms["other"] ?? ""): put what you carry in or on a place\n"))
        }
    }

    @Test func bareSaysNothingOfIt() throws {
        let builder = PairBuilder(method: .react, style: .bare)
        let own = episode(
            in: "alfworld", instance: ["grammar": .string("put"), "actions": .string("put X in/on Y")])
        #expect(
            try builder.pairs(of: own).pairs.map(\.prompt)
                == builder.pairs(of: episode(in: "alfworld")).pairs.map(\.prompt))
    }

    @Test func withoutWordsToChooseTheInstancesOwnGrammarStandsInThePlaceOfTheEnvironments() throws {
        let library = try library(adding: [
            "maze/world.txt": "Maze, a world of {{halls}}.\n", "maze/actions.txt": "- go NORTH\n",
        ])
        let plain = try system(episode(in: "maze"), library)
        #expect(plain.hasSuffix("\nPrimitive actions:\n- go NORTH"))
        #expect(plain.contains("Maze, a world of {{halls}}."), "no marker without words")
        let own = try system(
            episode(
                in: "maze", instance: ["actions": .string("walk {{actions}}"), "grammar": .string("walk")]),
            library)
        #expect(own == plain.replacing("- go NORTH", with: "walk {{actions}}"))
    }

    @Test func theChecksumIsOfTheWordsForAllGrammarsAndTheSameForAll() throws {
        func sha(_ library: PromptLibrary, _ grammar: InstanceGrammar = InstanceGrammar()) throws -> String {
            try PromptRenderer(library: library, environment: "alfworld", method: .react, style: .zeroShot)
                .speaking(grammar).promptSHA256
        }
        let before = try sha(TestPrompts.library)
        for name in Self.forms.keys.sorted() {
            #expect(try sha(TestPrompts.library, InstanceGrammar(name: name, actions: "x")) == before)
        }
        let words = "putting: lay OBJECT on PLACE\nput: lay\ninto: on\n"
        for name in Self.forms.keys.sorted() {
            let changed = try library(adding: ["alfworld/grammars/\(name).txt": words])
            #expect(try sha(changed) != before, "\(name)")
        }
    }

    @Test(arguments: [
        (
            ["put.txt": "put: put\ninto: in\n"],
            "put.txt: putting stands in only one of this file and other.txt"
        ),
        (
            ["put.txt": "putting: x\nput: put\ninto: in\nmore: y\n"],
            "put.txt: more stands in only one of this file and other.txt. Define it in both."
        ),
        (["put.txt": "putting\n"], "put.txt: line 1 should read “name: text”, such as “into: to”."),
        (["put.txt": "put: a\n: b\n"], "put.txt: line 2 should read “name: text”"),
        (["put.txt": "put: a\nput: b\n"], "put.txt: line 2 defines put again. Keep one."),
        (["put.txt": ""], "put.txt: expected UTF-8 text, and found none."),
        (["../actions.txt": "- {{lift}} OBJECT\n"], "actions.txt: nothing fills {{lift}} here."),
        (["../examples/react.txt": "Action: {{lift}}\n"], "examples/react.txt: nothing fills {{lift}} here."),
    ])
    func wordsThatLeaveAHoleAreRefused(files: [String: String], words: String) throws {
        let error = #expect(throws: PromptsError.self) {
            try library(
                adding: Dictionary(
                    uniqueKeysWithValues: files.map { ("alfworld/grammars/\($0.key)", $0.value) }))
        }
        #expect(error?.code == .badText)
        #expect(error?.message.contains("environments/alfworld/") == true)
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    }

    @Test func wordsForOtherGrammarsHaveToBeThere() throws {
        let error = #expect(throws: PromptsError.self) {
            try library(adding: [
                "maze/world.txt": "Maze.", "maze/actions.txt": "go", "maze/grammars/a.txt": "b: c",
            ])
        }
        #expect(error?.code == .missingText)
        #expect(error?.message.contains("environments/maze/grammars/other.txt") == true)
    }
}
