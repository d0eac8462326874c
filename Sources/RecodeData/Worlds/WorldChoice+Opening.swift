import FoundationEssentials
import JSONLines
import TraceGen
import Trajectories

extension WorldChoice {
    /// Opens the environment.
    ///
    /// - Parameters:
    ///   - python: the interpreter that has the environments' packages.
    ///   - madeGames: the folder of the games that were made for it.
    /// - Throws: `TraceGenError`: `missingProgram` naming what the machine lacks, `badData` for games or a catalogue that are
    ///   damaged; ``CommandFailure`` (`badUsage`) where nothing says where games are, or a program has another name.
    func opened(python: String, madeGames: String? = nil) async throws -> any Environment {
        switch self {
        case .scienceWorld: return try await ScienceWorld(python: python)
        case .alfworld(let games):
            let folder = try Self.folder(of: games, made: madeGames)
            return try await Self.serving(
                EnvironmentScript.alfworld, ["--games", folder], python, readingFor: .seconds(1_200))
        case .webshop(let shop):
            return try await Self.serving(
                EnvironmentScript.webshop, shop.arguments, python, readingFor: .seconds(3_600))
        case .agentGym(let url, let kind, let instances):
            let games = instances.map { ["--instances", "\($0)"] } ?? []
            return try await Self.serving(
                EnvironmentScript.agentGym, ["--url", url, "--kind", kind.rawValue] + games, python,
                readingFor: .seconds(120))
        case .program(let command, let name):
            let served = try await ServedEnvironment(command: ["/bin/sh", "-c", "exec \(command)"])
            guard let name, served.name != name else { return served }
            throw CommandFailure(
                .badUsage,
                "env is \(name), and the program of env_command says that it is \(served.name). Say env: \(served.name), or name "
                    + "another program.")
        }
    }

    /// Starts one of the project's own programs.
    /// - Parameter limit: how long it may take to read what it plays on.
    private static func serving(
        _ script: EnvironmentScript, _ arguments: [String], _ python: String, readingFor limit: Duration
    ) async throws -> ServedEnvironment {
        try await ServedEnvironment(
            command: try script.command(python: python) + arguments,
            limits: ServedEnvironment.TimeLimits(hello: limit))
    }

    private static func folder(of games: GameSource, made: String?) throws -> String {
        switch games {
        case .folder(let folder): return folder
        case .made:
            guard let made else { preconditionFailure("games are made before their world is opened") }
            return made
        case .variable:
            let variable = ProcessInfo.processInfo.environment["ALFWORLD_DATA"] ?? ""
            guard variable.isEmpty else { return variable }
            throw CommandFailure(
                .badUsage,
                "ALFWorld's games are nowhere: name their folder with --games (in a pipeline file games:), or in the environment "
                    + "variable ALFWORLD_DATA. Without the real ones, recode-data games makes some.")
        }
    }
}

extension ShopSource {
    /// How `webshop.py` is told.
    fileprivate var arguments: [String] {
        let products =
            switch self.products {
            case .catalogue(let folder): ["--catalogue", folder]
            case .synthetic(let count): ["--synthetic", "\(count)"]
            case .engine(let folder): ["--engine", folder]
            }
        return products + ["--goals", goals.rawValue, "--seed", "\(seed)"]
    }
}

/// A program of the project's own that is an environment, or has to do with one.
enum EnvironmentScript: String {
    case alfworld = "alfworld_server.py"
    case webshop = "webshop.py"
    case agentGym = "agentgym.py"

    /// The words that start it.
    /// - Throws: ``CommandFailure`` (`missingProgram`) where it is not beside the program, or there is no such interpreter.
    func command(python: String) throws -> [String] {
        let places = ["environments/\(rawValue)", "share/recode-data/environments/\(rawValue)"]
        guard let script = InstalledFiles.first(of: places, where: Directory.isPresent) else {
            throw CommandFailure(
                .missingProgram,
                "\(rawValue) is not where the program looks for it (environments or share/recode-data/environments in a folder "
                    + "above it). Copy the folder environments there with the program.")
        }
        guard FileManager.default.isExecutableFile(atPath: python) else {
            throw CommandFailure(
                .missingProgram,
                "\(rawValue) needs a Python interpreter, and there is none at \(python). Set it up (make setup), or name one: "
                    + "--python PATH, or the environment variable \(Machine.pythonVariable).")
        }
        return [python, "-I", "-B", script]
    }
}

extension Environment {
    /// The splits that nothing may be trained on.
    var heldOutSplits: [Split] {
        let all = (self as? ServedEnvironment)?.splits ?? Split.allCases
        return all.filter { $0 != .train }
    }

    /// What of its options belongs in a recipe: all of a program's, which could be another world under other ones.
    var recipeOptions: [String: JSONValue]? { self is ServedEnvironment ? options : nil }

    /// Makes sure that it has the tasks (any when `nil`) and the split, where that can be said without starting it.
    /// - Throws: `TraceGenError` (`badRequest`) naming those that there are.
    func require(tasks: [String]?, split: Split) throws {
        try (self as? ServedEnvironment)?.require(tasks: tasks, split: split)
    }
}
