import Testing
import Trajectories

@testable import RecodeData

/// Where episodes are played, as a pipeline file or options say it.
@Suite struct WorldChoiceTests {
    struct Stage: Sendable, CustomTestStringConvertible {
        let keys: String
        let world: WorldChoice
        let name: String
        var testDescription: String { keys }

        init(_ keys: String, _ world: WorldChoice, _ name: String) {
            self.keys = keys
            self.world = world
            self.name = name
        }
    }

    private static func text(_ keys: String) -> String {
        "name: p\ncollect:\n  - {name: c, policy: expert, \(keys)}\n"
    }

    @Test(arguments: [
        Stage("env: scienceworld", .scienceWorld, "scienceworld"),
        Stage("env: alfworld", .alfworld(.variable), "alfworld"),
        Stage("env: alfworld, games: house", .alfworld(.folder("house")), "alfworld"),
        Stage(
            "env: alfworld, games: {per_type: 3, seed: 4}",
            .alfworld(.made(GameOrder(perType: 3, seed: 4))), "alfworld"),
        Stage(
            "env: webshop, synthetic: 50",
            .webshop(ShopSource(products: .synthetic(50), goals: .human, seed: 0)), "webshop"),
        Stage(
            "env: webshop, catalogue: data, goals: written, catalogue_seed: 9",
            .webshop(ShopSource(products: .catalogue("data"), goals: .written, seed: 9)), "webshop"),
        Stage(
            "env: webshop, engine: shop",
            .webshop(ShopSource(products: .engine("shop"), goals: .human, seed: 0)),
            "webshop"),
        Stage(
            "env_url: 'http://127.0.0.1:9', env_kind: sciworld, env_instances: 40",
            .agentGym(url: "http://127.0.0.1:9", kind: .sciworld, instances: 40), "agentgym-sciworld"),
        Stage(
            "env: rooms, env_command: 'python3 rooms.py'",
            .program(command: "python3 rooms.py", name: "rooms"),
            "rooms"),
    ])
    func aStageSaysWhereItIsPlayed(_ stage: Stage) throws {
        let pipeline = try PipelineFile.parse(Self.text(stage.keys), file: "p.yaml")
        #expect(pipeline.collect[0].world == stage.world)
        #expect(pipeline.collect[0].recipe.environment == stage.name)
        let other = try PipelineFile.parse(Self.text("env: webshop, synthetic: 51"), file: "p.yaml")
        #expect(try pipeline.firstDifference(from: other) != nil, "another world is another pipeline")
    }

    @Test(arguments: [
        (
            "env: webshop",
            "collect[0].env: found 'webshop', expected more, as webshop needs something to sell: a folder of data files (catalogue), a "
                + "number of made-up products (synthetic), or the original engine (engine)."
        ),
        (
            "env: webshop, synthetic: 9, engine: e",
            "collect[0].engine: found 'e', expected nothing, as it does not go with synthetic. Leave one out."
        ),
        (
            "env: webshop, synthetic: 0",
            "collect[0].synthetic: found '0', expected a number of products."
        ),
        (
            "env: scienceworld, games: g",
            "collect[0].games: found 'g', expected nothing, as it does not go with scienceworld. Leave it out."
        ),
        (
            "env: alfworld, games: {seed: 1}",
            "collect[0].games.per_type: found nothing, expected how many games of each task type and split. Add it."
        ),
        (
            "env: alfworld, games: [a]",
            "collect[0].games: found a list, expected a folder of games, or {per_type, seed} to make some."
        ),
        (
            "env: alfworld, tasks: [heat]",
            "collect[0].tasks[0]: found 'heat', expected a task of alfworld: pick_and_place_simple, look_at_obj_in_light, "
                + "pick_clean_then_place_in_recep, pick_heat_then_place_in_recep, pick_cool_then_place_in_recep, "
                + "pick_two_obj_and_place. Did you mean 'pick_heat_then_place_in_recep'?"
        ),
        (
            "env_url: 'http://h'",
            "collect[0].env_url: found an address, expected another value, as it needs its other half: a server has an address "
                + "(env_url) and plays something (env_kind)."
        ),
        (
            "env_url: 'http://me:secret@h', env_kind: webshop",
            "collect[0].env_url: found an address with a user, a password or a query, expected a server's address, such as "
                + "http://127.0.0.1:36001. This file is kept with the results: collect with --env-url instead."
        ),
        (
            "env_url: 'h:80', env_kind: webshop",
            "collect[0].env_url: found an address, expected another value, as it should look like http://HOST:PORT."
        ),
        (
            "env: rooms, env_command: 'x --url http://me:secret@h'",
            "collect[0].env_command: found an address with a user, a password or a query, expected a program and its arguments. "
                + "This file is kept with the results: collect with --env-command instead."
        ),
        (
            "env_command: x",
            "collect[0].env: found nothing, expected the name that the program gives itself. Add it."
        ),
    ])
    func whatDoesNotGoTogetherIsRefused(_ keys: String, _ message: String) {
        let error = #expect(throws: PipelineFileError.self) {
            try PipelineFile.parse(Self.text(keys), file: "p.yaml")
        }
        #expect(error.map { "\($0)" } == "p.yaml:3: \(message)")
    }

    @Test(arguments: [
        (["--games", "g"], "--games does not go with scienceworld. Leave it out."),
        (["--env", "webshop", "--synthetic", "0"], "--synthetic is 0, expected 1 or more."),
        (
            ["--env", "webshop", "--synthetic", "9", "--catalogue-seed=-1"],
            "--catalogue-seed is -1, expected 0 or more."
        ),
        (
            ["--env", "webshop", "--synthetic", "9", "--env-instances", "3"],
            "--env-instances does not go with webshop"
        ),
        (
            ["--env-url", "localhost:36001", "--env-kind", "webshop"],
            "--env-url should look like http://HOST:PORT"
        ),
        (
            ["--env-url", "http://h", "--env-kind", "webshop", "--env-instances", "2000000"],
            "--env-instances is 2000000, expected 1 to 1000000"
        ),
        (["--env", "webshop", "--env-command", "x"], "--env does not go with --env-command"),
        (
            ["--env-command", "x", "--env-url", "http://h", "--env-kind", "webshop"],
            "--env-url does not go with "
        ),
        (["--env", "alfword"], "there is no environment 'alfword'. Did you mean 'alfworld'? There is: "),
    ])
    func optionsThatDoNotGoTogetherAreRefused(_ options: [String], _ message: String) {
        let error = #expect(throws: (any Error).self) { try EnvironmentOptions.parse(options) }
        #expect(
            error.map { EnvironmentOptions.message(for: $0).contains(message) } == true, "\(error as Any)")
    }

    @Test(arguments: [
        (["--env", "webshop"], "webshop needs something to sell: "),
        (["--env-kind", "webshop"], "--env-kind needs its other half: "),
    ])
    func whatIsMissingIsSaidAfterWhatIsMistyped(_ options: [String], _ message: String) async throws {
        let missing = try await BuiltProgram.run(["collect", "--run", "r"] + options)
        #expect(missing.code == 64 && missing.errors.contains(message), "\(missing.errors)")
        let mistyped = try await BuiltProgram.run(["collect", "--run", "r", "--sythetic", "9"] + options)
        #expect(mistyped.code == 64)
        #expect(mistyped.errors.contains("Unknown option '--sythetic'"), "\(mistyped.errors)")
    }
}
