import FoundationEssentials
import Trajectories

/// How the scripted teachers of ALFWorld and WebShop fare, by the program as a user runs it, and where the time goes.
struct EnvironmentsBench {
    let program: String
    let rounds: Int
    let concurrency: Int

    /// Games of each of the six task types; 300 in all.
    private static let gamesPerType = 50
    /// Goals of each of the five categories; 500 in all.
    private static let goalsPerTask = 100
    private static let products = 5_000
    /// Where games and products are drawn from: a seed that no teacher was looked at with.
    private static let seed = 20_251

    func run() async throws -> String {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let games = "\(folder.path)/games"
        try await Program.run(
            program,
            ["games", "--per-type", "\(Self.gamesPerType)", "--split", "train", "--seed", "\(Self.seed)"]
                + ["--out", games])
        let house = try await played(
            ["--env", "alfworld", "--games", games, "--variations", "all"], in: folder, called: "alfworld")
        let shop = try await played(
            ["--env", "webshop", "--synthetic", "\(Self.products)", "--catalogue-seed", "\(Self.seed)"]
                + ["--variations", "\(Self.goalsPerTask)"], in: folder, called: "webshop")
        return """
            ## ALFWorld and WebShop by their scripted teachers

            `recode-data collect --policy expert` with \(concurrency) lanes, each method from its start to the sealed run, methods in turn,
            \(rounds == 1 ? "one round" : "\(rounds) rounds"). Outside the environment is policy, executor and record, as a share of the episodes' time.

            ALFWorld: \(6 * Self.gamesPerType) games of seed \(Self.seed), \(Self.gamesPerType) of each task type, train split, at most 80 steps
            (promised: 95 % won).

            \(Self.table(house, columns: ["won", "won, by task type", "steps"]) { [$0.won, $0.wonByTask, $0.steps] })

            WebShop: \(5 * Self.goalsPerTask) goals over \(Self.products) made-up products of seed \(Self.seed), train split (promised: a mean reward
            from 0.6 to 0.95, its standard deviation over 0.1).

            \(Self.table(shop, columns: ["mean reward ± sd", "reward 1", "steps"]) { [$0.reward, $0.full, $0.steps] })

            """
    }

    /// Plays an environment by each method, in turns.
    private func played(
        _ environment: [String], in folder: TemporaryFolder, called name: String
    ) async throws -> [PlayedMethod] {
        var methods = AgentKind.allCases.map(PlayedMethod.init)
        for round in 0..<rounds {
            for index in methods.indices {
                let agent = methods[index].agent.rawValue
                let run = "\(folder.path)/\(name)-\(agent)-\(round)"
                let arguments =
                    ["collect", "--agent", agent, "--policy", "expert", "--run", run]
                    + ["--concurrency", "\(concurrency)"] + environment
                _ = try await methods[index].time.time { try await Program.run(program, arguments) }
                try methods[index].read(run)
            }
        }
        return methods
    }

    private static func table(
        _ methods: [PlayedMethod], columns: [String], _ cells: (PlayedMethod) -> [String]
    ) -> String {
        let names = ["method"] + columns + ["episodes/s", "outside the environment, %"]
        let rules = ["---"] + Array(repeating: "---:", count: names.count - 1)
        let rows = methods.map { [$0.agent.rawValue] + cells($0) + [$0.rate, $0.outside] }
        return ([names, rules] + rows).map { "| " + $0.joined(separator: " | ") + " |" }.joined(
            separator: "\n")
    }
}

/// What one method came to in an environment.
private struct PlayedMethod {
    let agent: AgentKind
    var time = Measurement()
    private var shares: [Double] = []
    /// Of the last round: a run is the same every time.
    private var episodes: [TrajectorySummary] = []

    init(_ agent: AgentKind) {
        self.agent = agent
    }

    mutating func read(_ run: String) throws {
        let reader = try RunDirectory.open(run).trajectories()
        episodes = []
        while let trajectory = try reader.next() { episodes.append(TrajectorySummary(trajectory)) }
        guard !episodes.isEmpty else { throw BenchError(message: "\(run) holds no episodes") }
        shares.append(try Self.shareOutside(of: run))
    }

    /// The part of the episodes' time that no environment took, in per cent.
    private static func shareOutside(of run: String) throws -> Double {
        guard let data = FileManager.default.contents(atPath: "\(run)/timings.jsonl") else {
            throw BenchError(message: "\(run) holds no timings")
        }
        var total = 0.0
        var outside = 0.0
        for line in data.split(separator: UInt8(ascii: "\n")) {
            let timing = try JSONDecoder().decode(Timing.self, from: Data(line))
            total += timing.total
            outside += timing.policy + timing.elsewhere
        }
        return 100 * outside / total
    }

    private struct Timing: Decodable {
        var total: Double
        var policy: Double
        var elsewhere: Double

        enum CodingKeys: String, CodingKey {
            case total = "total_seconds"
            case policy = "policy_seconds"
            case elsewhere = "elsewhere_seconds"
        }
    }

    var won: String { "\(episodes.count(where: \.success)) of \(episodes.count)" }

    /// `50, 49, …`, in the order of the record.
    var wonByTask: String {
        var tasks: [(name: String, count: Int)] = []
        for episode in episodes {
            if tasks.last?.name != episode.environment.task { tasks.append((episode.environment.task, 0)) }
            if episode.success { tasks[tasks.count - 1].count += 1 }
        }
        return tasks.map { "\($0.count)" }.joined(separator: ", ")
    }

    /// Median, lowest and highest.
    var steps: String { Measurement.summary(episodes.map { Double($0.steps) }, digits: 0) }

    /// Mean and population standard deviation.
    var reward: String {
        let rewards = episodes.map(\.reward)
        let mean = rewards.reduce(0, +) / Double(rewards.count)
        let variance = rewards.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(rewards.count)
        return "\(Measurement.fixed(mean, 3)) ± \(Measurement.fixed(variance.squareRoot(), 3))"
    }

    var full: String { "\(episodes.count { $0.reward == 1 }) of \(episodes.count)" }

    var rate: String { Measurement.summary(time.seconds.map { Double(episodes.count) / $0 }) }

    var outside: String { Measurement.summary(shares, digits: 1) }
}
