import FoundationEssentials
import Trajectories

/// An environment in a program of its own that speaks the environment protocol (docs/environments.md): one of this
/// project's, or a user's.
///
/// A process of it holds any number of sessions, each of which plays one episode after another.
public struct ServedEnvironment: Environment {
    /// How long a process may take.
    public struct TimeLimits: Sendable, Hashable {
        /// To start, and to read what it plays on.
        public var hello: Duration
        /// To list instances, and to load one.
        public var start: Duration
        /// For an action.
        public var step: Duration

        /// Makes limits; reading an environment's data may take a while.
        public init(
            hello: Duration = .seconds(120), start: Duration = .seconds(120), step: Duration = .seconds(30)
        ) {
            self.hello = hello
            self.start = start
            self.step = step
        }
    }

    /// Its name, as it says.
    public let name: String
    /// Its version.
    public let version: String
    /// Versions of what lies below.
    public let platform: [String: String]
    /// What else shapes the world.
    public let options: [String: JSONValue]
    /// The native reward's lowest and highest value.
    public let nativeRewardRange: ClosedRange<Double>
    /// How its actions look, a line for each form.
    public let actions: String
    /// Its tasks.
    public let tasks: [String]
    /// The parts its instances lie in.
    public let splits: [Split]

    private let hello: EnvironmentHello
    let launch: WorkerLaunch
    private let limits: TimeLimits

    /// Starts the program once and asks it who it is.
    ///
    /// - Parameters:
    ///   - command: the program and its arguments; a name without a '/' is looked for on the `PATH`.
    ///   - limits: how long it may take.
    /// - Throws: ``TraceGenError``: `missingProgram` where there is no such program, or it says that something is missing;
    ///   `badData` where it says that its data are damaged; `workerFailed` where it speaks no such protocol.
    public init(command: [String], limits: TimeLimits = TimeLimits()) async throws {
        let launch = try Self.launch(command, ProcessInfo.processInfo.environment)
        let hello = try await launch.withWorker { connection in
            try await ServedWorker(connection, limits, expecting: nil).hello
        }
        self.launch = launch
        self.limits = limits
        self.hello = hello
        name = hello.name
        version = hello.version
        platform = hello.platform
        options = hello.options
        nativeRewardRange = hello.nativeReward.min...hello.nativeReward.max
        actions = hello.actions
        tasks = hello.tasks
        splits = hello.splits.compactMap(Split.init(rawValue:))
    }

    /// Makes sure that there are such tasks (any when `nil`), and such a split.
    /// - Throws: ``TraceGenError`` (`badRequest`) naming those that there are.
    public func require(tasks: [String]?, split: Split) throws {
        try hello.require(tasks: tasks, split: split)
    }

    /// Runs `body` with processes that are started as they are needed and end with it; more than `count` where one may not have as
    /// many sessions as that takes.
    public func withWorkers<Result: Sendable>(
        _ count: Int, sessions: Int, _ body: @Sendable (any Environment) async throws -> Result
    ) async throws -> Result {
        // Written so that no number a program may say overflows.
        let needed = hello.sessions.map { (max(sessions, 1) - 1) / $0 + 1 } ?? 1
        return try await WorkerPool.run(
            self, called: name, workers: max(count, needed), launch,
            { try await ServedWorker($0, limits, expecting: hello) }, body)
    }

    /// What a process inherits: nothing secret, and nothing that would change its answers from one start to the next.
    private static let inherited = ["PATH", "HOME", "TMPDIR", "JAVA_HOME", "ALFWORLD_DATA"]

    private static func launch(_ command: [String], _ host: [String: String]) throws -> WorkerLaunch {
        guard let program = command.first, !program.isEmpty else {
            throw TraceGenError(.badRequest, "The command of the environment is empty. Name a program.")
        }
        var variables = host.filter { inherited.contains($0.key) }
        variables.merge(["LANG": "C.UTF-8", "PYTHONHASHSEED": "0", "PYTHONUTF8": "1"]) { _, own in own }
        return WorkerLaunch(
            program: try path(of: program, host["PATH"] ?? ""), arguments: Array(command.dropFirst()),
            environment: variables)
    }

    private static func path(of program: String, _ searched: String) throws -> String {
        let places =
            program.hasPrefix("/")
            ? [program]
            : program.contains("/")
                ? ["\(FileManager.default.currentDirectoryPath)/\(program)"]
                : searched.split(separator: ":").map { "\($0)/\(program)" }
        guard let path = places.first(where: FileManager.default.isExecutableFile(atPath:)) else {
            throw TraceGenError(
                .missingProgram, "There is no program \(program) to run an environment with. Check its path.")
        }
        return path
    }
}
