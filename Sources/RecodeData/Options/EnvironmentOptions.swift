import ArgumentParser
import Trajectories

/// Which environment, and what it plays on, as options.
struct EnvironmentOptions: ParsableArguments {
    @Option(
        name: .customLong("env"), help: "scienceworld, alfworld or webshop. (default: scienceworld)",
        transform: Self.environment)
    var environment: String?

    @Option(
        help: ArgumentHelp(
            "alfworld: the folder of its games, real or made by recode-data games; where ALFWORLD_DATA says without it.",
            valueName: "dir"), transform: OptionText.path)
    var games: String?

    @Option(
        help: ArgumentHelp("webshop: a folder of the original's data files.", valueName: "dir"),
        transform: OptionText.path)
    var catalogue: String?

    @Option(help: ArgumentHelp("webshop: a made-up catalogue of so many products.", valueName: "n"))
    var synthetic: Int?

    @Option(
        help: ArgumentHelp(
            "webshop: the original engine, in a checkout whose data are set up.", valueName: "dir"),
        transform: OptionText.path)
    var engine: String?

    @Option(help: "webshop: goals that people wrote, or a program. (default: human)")
    var goals: ShopSource.Goals?

    @Option(
        help: ArgumentHelp(
            "webshop: the seed of price caps, and of a made-up catalogue; 0 without it.", valueName: "n"))
    var catalogueSeed: Int?

    @Option(
        name: .customLong("env-url"),
        help: ArgumentHelp(
            "In place of --env: a server of AgentGym that plays --env-kind.", valueName: "url"))
    var url: String?

    @Option(name: .customLong("env-kind"), help: "What that server plays.")
    var kind: AgentGymKind?

    @Option(
        name: .customLong("env-instances"),
        help: ArgumentHelp("How many games that server has, from 0; 200 without it.", valueName: "n"))
    var instances: Int?

    @Option(
        name: .customLong("env-command"),
        help: ArgumentHelp(
            "In place of --env: a program that speaks the environment protocol, as a shell would start it "
                + "(docs/environments.md).", valueName: "command"))
    var command: String?

    mutating func validate() throws {
        if let problem, !problem.isIncomplete { throw ValidationError(Self.words(for: problem)) }
    }

    /// What the options say; `nil` where that is not enough.
    var known: WorldChoice? { try? words.choice() }

    /// What the options say.
    /// - Throws: ``CommandFailure`` (`badUsage`) where that is not enough. It is not said while options are read: the missing one may
    ///   have been mistyped, and that is said then.
    func choice() throws(CommandFailure) -> WorldChoice {
        do {
            return try words.choice()
        } catch {
            throw CommandFailure(.badUsage, Self.words(for: error))
        }
    }

    private var problem: WorldWords.Problem? {
        if command != nil, environment != nil {
            return WorldWords.Problem(
                key: .env, reason: "does not go with --env-command: a program says its own name",
                advice: "Leave one out.")
        }
        do {
            _ = try words.choice()
            return nil
        } catch {
            return error
        }
    }

    private static func words(for problem: WorldWords.Problem) -> String {
        let option = problem.key.map { "--\($0.rawValue.replacing("_", with: "-")) " } ?? ""
        return "\(option)\(problem.reason).\(problem.advice.isEmpty ? "" : " \(problem.advice)")"
    }

    private var words: WorldWords {
        WorldWords(
            environment: environment, games: games.map(GameSource.folder), catalogue: catalogue,
            synthetic: synthetic, engine: engine, goals: goals, catalogueSeed: catalogueSeed, url: url,
            kind: kind, instances: instances, command: command)
    }

    private static func environment(_ name: String) throws -> String {
        try OptionText.known(name, among: Catalogue.environments, called: "environment")
    }
}

extension ShopSource.Goals: ExpressibleByArgument {}
extension AgentGymKind: ExpressibleByArgument {}
