import FoundationEssentials
import Trajectories

/// ScienceWorld (Wang et al. 2022, arXiv 2203.07540): 30 tasks of elementary science in a text world.
///
/// A worker is a Python process that holds a JVM, which holds any number of sessions; each plays one episode after
/// another. What a session answers depends on the episode alone, never on what was played before or beside it (see
/// ``javaOptions(heapMegabytes:forSessions:)``).
public struct ScienceWorld: Environment {
    /// Its name in records and options.
    public static let environmentName = "scienceworld"
    /// `scienceworld`.
    public let name = Self.environmentName
    /// The version of the installed `scienceworld` package.
    public let version: String
    /// The versions of Java, and of the Python that holds it.
    public let platform: [String: String]
    /// The simplifications: `easy`, the simulator's own set.
    public let options: [String: JSONValue] = ["simplifications": .string("easy")]
    /// Negative where the agent focused on the wrong thing, which ends the episode.
    public let nativeRewardRange: ClosedRange<Double> = -100...100

    var launch: WorkerLaunch
    private let heapMegabytes: Int
    let startLimit: Duration
    let stepLimit: Duration

    /// Looks for what a worker needs and asks for the simulator's version.
    ///
    /// - Parameters:
    ///   - python: the interpreter that has the `scienceworld` package, such as `.venv/bin/python`.
    ///   - heapMegabytes: what each worker's JVM may use for objects. The heaviest tasks (mendelian-genetics) were seen
    ///     to run in 192, with never more than 172 alive; the process takes about 150 beside it.
    ///   - startLimit: how long a worker may take to start, and to load an episode.
    ///   - stepLimit: how long it may take for an action.
    /// - Throws: ``TraceGenError`` (`missingProgram`) when Java, the interpreter or the package is missing.
    public init(
        python: String, heapMegabytes: Int = 512, startLimit: Duration = .seconds(120),
        stepLimit: Duration = .seconds(30)
    ) async throws {
        try await self.init(
            python: python, heapMegabytes: heapMegabytes, startLimit: startLimit, stepLimit: stepLimit,
            hostVariables: ProcessInfo.processInfo.environment)
    }

    /// As the public one, with the environment variables that say where Java is.
    init(
        python: String, heapMegabytes: Int, startLimit: Duration, stepLimit: Duration,
        hostVariables: [String: String]
    ) async throws {
        let java = try Self.javaFolder(hostVariables)
        let interpreter = try Self.interpreter(python)
        let variables = [
            "JAVA_TOOL_OPTIONS": Self.javaOptions(heapMegabytes: heapMegabytes),
            "PATH": "\(java):/usr/bin:/bin",
        ]
        let installed = try await InstalledVersions.ask(interpreter, variables)
        version = installed.scienceworld
        platform = ["java": installed.java, "environment_python": installed.python]
        launch = WorkerLaunch(
            program: interpreter,
            arguments: [
                "-I", "-B", "-c", Self.bootstrap, "\(PackageResources.scienceworld_worker_py.count)",
            ],
            environment: variables)
        self.heapMegabytes = heapMegabytes
        self.startLimit = startLimit
        self.stepLimit = stepLimit
    }

    /// Runs `body` with a world whose sessions share workers, which are started as they are needed and end with it.
    ///
    /// - Parameters:
    ///   - count: how many workers there are, each with a JVM.
    ///   - sessions: how many sessions there may be at a time, all together.
    ///   - body: what is done with it.
    /// - Returns: what `body` returns.
    /// - Throws: what `body` throws.
    public func withWorkers<Result: Sendable>(
        _ count: Int, sessions: Int, _ body: @Sendable (any Environment) async throws -> Result
    ) async throws -> Result {
        let perWorker = (max(sessions, 1) + count - 1) / count
        return try await WorkerPool.run(
            self, called: "ScienceWorld", workers: count, launch(forSessions: perWorker),
            {
                try await ScienceWorldWorker($0, startLimit: startLimit, stepLimit: stepLimit)
            }, body)
    }

    private func launch(forSessions count: Int) -> WorkerLaunch {
        var launch = launch
        launch.environment["JAVA_TOOL_OPTIONS"] = Self.javaOptions(
            heapMegabytes: heapMegabytes, forSessions: (count - 1) * Self.heapMegabytesOfASession)
        return launch
    }

    /// What one more session may use of a JVM's heap. 60 of them, two of each task, were seen to hold 11 each.
    private static let heapMegabytesOfASession = 16
}
