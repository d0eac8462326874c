import ArgumentParser
import FoundationEssentials
import Glibc
import TraceGen
import Trajectories

/// Measures what the project promises and prints it as Markdown: `make bench` puts it into docs/benchmarks.md.
@main
struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recode-bench",
        abstract: "Measure collection against the bare environment, and everything after it.")

    @Option(help: "The recode-data program to measure as a whole.")
    var program = ".build/release/recode-data"

    @Option(help: "The interpreter that has the scienceworld package.")
    var python = ".venv/bin/python"

    @Option(help: "The pipeline whose stages after collection are timed.")
    var pipeline = "data/pipelines/quickstart.yaml"

    @Option(help: "A finished directory of that pipeline, to save collecting it again.")
    var collected: String?

    @Option(help: "The pipeline that is run at 1, 2, 1 and 2 lanes, to compare bytes.")
    var repeated = "data/pipelines/quickstart.yaml"

    @Option(
        help: ArgumentHelp(
            "What to measure: collection, short, executor, latency, faults, environments, tokens, selection, whole.",
            valueName: "part"))
    var parts: [Part] = Part.allCases

    enum Part: String, CaseIterable, ExpressibleByArgument {
        case collection, short, executor, latency, faults, environments, tokens, selection, whole
    }

    @Option(help: "A recode-data program of an earlier commit, to compare collections with.")
    var earlier: String?

    @Option(help: "How often each side of a comparison is run, in turns.")
    var rounds = 3

    @Option(help: "How many lanes play at once.")
    var concurrency = 2

    @Option(help: "How many variations of each task are played.")
    var variations = 2

    @Option(help: "How many trajectories are selected among.")
    var trajectories = 1_000_000

    func validate() throws {
        guard rounds > 0, concurrency > 0, variations > 0, trajectories > 0 else {
            throw ValidationError(
                "--rounds, --concurrency, --variations and --trajectories must be at least 1.")
        }
    }

    func run() async throws {
        let world = try await BenchWorld(python: python, concurrency: concurrency)
        say(try await Machine.description(concurrency: concurrency))
        var recorded = try collected.map { try Self.trajectories(below: $0) } ?? []
        if parts.contains(.collection) || (parts.contains(.short) && recorded.isEmpty) {
            let collection = try await CollectionBench(
                program: program, world: world, variations: variations, rounds: rounds
            ).run()
            say(collection.markdown)
            recorded = collection.trajectories
        }
        if parts.contains(.short) {
            say(try await ShortEpisodeBench(world: world, recorded: recorded, rounds: rounds).run())
        }
        if parts.contains(.executor) {
            say(try await ExecutorBench(sandbox: world.sandbox, rounds: rounds).run())
        }
        if let earlier {
            let bench = EarlierBench(
                program: program, earlier: earlier, rounds: rounds, concurrency: concurrency)
            say(try await bench.run())
        }
        if parts.contains(.latency) {
            say(try await LatencyBench(program: program, sandbox: world.sandbox, rounds: rounds).run())
        }
        if parts.contains(.faults) {
            say(try await FaultBench(program: program).run())
        }
        if parts.contains(.environments) {
            say(
                try await EnvironmentsBench(program: program, rounds: rounds, concurrency: concurrency).run())
        }
        if parts.contains(.tokens) {
            say(try await TokenBench(python: python, rounds: rounds).run())
        }
        if parts.contains(.selection) {
            say(try await SelectionBench(program: program, rounds: rounds, count: trajectories).run())
        }
        if parts.contains(.whole) {
            let whole = WholeProgramBench(
                program: program, pipeline: pipeline, collected: collected, repeated: repeated, rounds: rounds
            )
            say(try await whole.run())
        }
    }

    /// What the collect stages of a pipeline directory hold.
    private static func trajectories(below directory: String) throws -> [Trajectory] {
        let stages = "\(directory)/collect"
        return try FileManager.default.contentsOfDirectory(atPath: stages).sorted().flatMap { stage in
            let reader = try RunDirectory.open("\(stages)/\(stage)").trajectories()
            var result: [Trajectory] = []
            while let trajectory = try reader.next() { result.append(trajectory) }
            return result
        }
    }

    /// Prints a part at once, so that what was measured is there even if a later part fails.
    private func say(_ text: String) {
        print(text)
        fflush(nil)
    }
}

/// What every part of the benchmark plays in.
struct BenchWorld: Sendable {
    let environment: ScienceWorld
    let sandbox: PythonSandbox
    let concurrency: Int

    init(python: String, concurrency: Int) async throws {
        environment = try await ScienceWorld(python: python)
        sandbox = PythonSandbox(
            mode: try .findBubblewrap(path: ProcessInfo.processInfo.environment["PATH"]),
            python: try await .find())
        self.concurrency = concurrency
    }

    /// Plays plans with a policy in the real sandbox and hands over each record.
    func play(_ plans: [EpisodePlan], with policy: any Policy, sink: @escaping Rollout.Sink) async throws {
        let rollout = Rollout(
            environment: environment, policy: policy, agent: ReCodeAgent(), executors: sandbox,
            concurrency: concurrency)
        try await rollout.run(plans, sink: sink)
    }
}
