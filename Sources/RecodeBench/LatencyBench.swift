import FoundationEssentials
import LanguageModels
import Prompts
import TraceGen
import Trajectories

/// Hundreds of episodes that wait for an endpoint which takes one second over every answer (slow_endpoint.py).
///
/// Ideal is one answer a second for each episode in flight. Once with a world that answers at once, which shows what
/// waiting costs by itself; and once as the whole program in ScienceWorld, whose own work two cores may not be enough for.
struct LatencyBench {
    let program: String
    let sandbox: PythonSandbox
    let rounds: Int

    private static let inFlight = 256
    /// How many are in flight beside, to see what memory each of the others takes.
    private static let fewInFlight = 64
    /// How many episodes each place plays, one after the other.
    private static let waves = 4

    func run() async throws -> String {
        var instant: [Figures] = []
        var real: [Figures] = []
        for _ in 0..<rounds {
            instant.append(
                try await SlowEndpoint.withEndpoint {
                    try await playInstantWorld(at: $0, inFlight: Self.inFlight, waves: Self.waves)
                })
            real.append(
                try await SlowEndpoint.withEndpoint {
                    try await collectScienceWorld(at: $0, inFlight: Self.inFlight)
                })
        }
        let (fewInstant, fewReal) = try await SlowEndpoint.withEndpoint {
            (
                try await playInstantWorld(at: $0, inFlight: Self.fewInFlight, waves: 1),
                try await collectScienceWorld(at: $0, inFlight: Self.fewInFlight)
            )
        }
        return """
            ## Waiting for slow answers

            A local endpoint takes one second over each answer; \(Self.inFlight) episodes are in flight, each in a sandbox of its own
            where its agent runs code; calls and records are synced. Ideal is \(Self.inFlight) answers/s. Memory is that of all
            processes together, the endpoint's included (proportional set size), at its highest.

            | what | answers | answers/s | share of the ideal | peak memory, MiB |
            | --- | ---: | ---: | ---: | ---: |
            | recode in a world that answers at once (promised: at least 90 %) | \(Self.row(instant)) |
            | react in ScienceWorld, `recode-data collect` with 2 environment workers | \(Self.row(real)) |

            Each episode that waits takes \(Self.each(instant, fewInstant)) MiB in the first, \(Self.each(real, fewReal)) MiB in the
            second, session of ScienceWorld and all: what the peak lies above that of \(Self.fewInFlight) in flight.

            """
    }

    private struct Figures {
        var answers: Int
        var seconds: Double
        var peakMebibytes: Double

        var rate: Double { Double(answers) / seconds }
    }

    /// The memory of one more episode in flight.
    private static func each(_ many: [Figures], _ few: Figures) -> String {
        let each = many.map { ($0.peakMebibytes - few.peakMebibytes) / Double(inFlight - fewInFlight) }
        return Measurement.summary(each, digits: 1)
    }

    private static func row(_ figures: [Figures]) -> String {
        let rates = figures.map(\.rate)
        let shares = rates.map { $0 / Double(inFlight) * 100 }
        let memory = figures.map(\.peakMebibytes)
        return "\(figures.first?.answers ?? 0) | \(Measurement.summary(rates, digits: 1)) | "
            + "\(Measurement.summary(shares, digits: 1)) % | \(Measurement.summary(memory, digits: 0))"
    }

    // MARK: - A world that answers at once

    private func playInstantWorld(
        at endpoint: SlowEndpoint, inFlight: Int, waves: Int
    ) async throws -> Figures {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let world = InstantWorld(steps: 20)
        let profile = ModelProfile(
            name: "slow", baseURL: endpoint.baseURL("recode"), model: "slow", concurrency: inFlight)
        let renderer = try PromptRenderer(
            library: PromptLibrary(directory: "data/prompts"), environment: "scienceworld", method: .recode,
            style: .fewShot)
        let instances = try await world.instances(
            tasks: nil, split: .train, variations: waves * inFlight)
        let plans = try EpisodePlan.all(
            of: instances, environment: world.name, agent: .recode,
            policy: ChatPolicy.record(of: profile, renderer), seed: 0
        ) { EpisodeLimits(maxDepth: 2 * world.steps, stepLimit: $0) }
        let run = try BenchRun(path: folder.path + "/run")
        var playing = Measurement()
        let peak = try await PeakMemory.watch {
            try await playing.time {
                try await ChatClient.withClient(profile: profile) { client in
                    let policy = ChatPolicy(
                        profile: profile, model: client, renderer: renderer, journal: run,
                        budget: CallBudget())
                    let rollout = Rollout(
                        environment: world, policy: policy, agent: ReCodeAgent(), executors: sandbox,
                        concurrency: inFlight)
                    try await rollout.run(plans) { trajectory, _ in try await run.append(trajectory) }
                }
            }
        }
        let played = try await run.seal(order: plans.map(\.id))
        guard played.allSatisfy(\.success) else {
            throw BenchError(message: "not every episode with slow answers succeeded")
        }
        return Figures(
            answers: played.reduce(0) { $0 + $1.calls }, seconds: playing.seconds[0], peakMebibytes: peak)
    }

    // MARK: - The whole program

    private func collectScienceWorld(
        at endpoint: SlowEndpoint, inFlight: Int
    ) async throws -> Figures {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let profiles = "\(folder.path)/profiles.yaml"
        let text = """
            models:
              slow: {base_url: \(endpoint.baseURL("react")), model: slow, api_key: none, concurrency: \(inFlight)}
            """
        try Data(text.utf8).write(to: URL(filePath: profiles))
        var collecting = Measurement()
        let peak = try await PeakMemory.watch {
            try await collecting.time {
                _ = try await Program.run(
                    program,
                    [
                        "collect", "--agent", "react", "--policy", "slow", "--profiles", profiles, "--tasks",
                        "use-thermometer", "--variations", "\(inFlight)", "--limit", "\(inFlight)",
                        "--concurrency", "\(inFlight)", "--environment-workers", "2", "--run",
                        "\(folder.path)/run",
                    ])
            }
        }
        let reader = try RunDirectory.open("\(folder.path)/run").trajectories()
        var answers = 0
        while let trajectory = try reader.next() { answers += trajectory.calls }
        return Figures(answers: answers, seconds: collecting.seconds[0], peakMebibytes: peak)
    }
}
