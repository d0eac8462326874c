import FoundationEssentials
import Glibc
import JSONLines
import TestServers
import Trajectories

/// One run of `recode-data collect` in ScienceWorld against a server that misbehaves at every other request, with code
/// among its answers that takes executors down, while environment workers are killed. What ends the program (a refused
/// key, an unknown model) is followed by `--resume`, as a user would.
struct FaultBench {
    let program: String

    private static let episodes = 256
    private static let inFlight = 64
    private static let label = "bench"
    /// What the program says when a misdeed has ended it: a refused key, an unknown model, nothing but failed calls.
    private static let endings = ["refused the key", "was not found", "goes on with --resume"]
    /// How often the program may be started before something is thought to be wrong.
    private static let startLimit = 60

    func run() async throws -> String {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let path = "\(folder.path)/run"
        return try await MisbehavingServer.withServer { server in
            let arguments = try arguments(server, folder, run: path)
            let (starts, kills) = try await WorkerKiller.whileKilling(every: .seconds(30)) {
                try await collect(arguments, run: path)
            }
            let seen = try await server.seen("storm", Self.label)
            let again = "\(folder.path)/again"
            try await Program.run(program, collection(by: "replay:\(path)", run: again))
            return try report(
                Tally(of: path), replayed: Tally(of: again), seen, starts: starts, kills: kills)
        }
    }

    private func arguments(
        _ server: MisbehavingServer, _ folder: TemporaryFolder, run: String
    ) throws -> [String] {
        let profiles = "\(folder.path)/profiles.yaml"
        let text = """
            models:
              storm:
                base_url: \(server.baseURL("storm", Self.label))
                model: storm
                api_key: sk-0123456789abcdef
                concurrency: \(Self.inFlight)
                timeout: 2
                max_retries: 8
                retry_base_delay: 0.05
            """
        try Data(text.utf8).write(to: URL(filePath: profiles))
        return collection(by: "storm", run: run) + ["--profiles", profiles]
    }

    private func collection(by policy: String, run: String) -> [String] {
        [
            "collect", "--agent", "recode", "--policy", policy, "--tasks", "use-thermometer", "--variations",
            "\(Self.episodes)", "--limit", "\(Self.episodes)", "--concurrency", "\(Self.inFlight)",
            "--environment-workers", "2", "--run", run,
        ]
    }

    /// Starts the program again and again until the run is complete.
    /// - Returns: how often it was started.
    private func collect(_ arguments: [String], run: String) async throws -> Int {
        for start in 1...Self.startLimit {
            do {
                try await Program.run(program, arguments + (start > 1 ? ["--resume"] : []))
                return start
            } catch let error as BenchError {
                // Only what was injected may end the program.
                guard Self.endings.contains(where: error.message.contains) else { throw error }
            }
        }
        throw BenchError(message: "\(run) was not complete after \(Self.startLimit) starts")
    }

    private func report(
        _ tally: Tally, replayed: Tally, _ seen: MisbehavingServer.Seen, starts: Int, kills: Int
    ) throws -> String {
        guard tally.distinct == Self.episodes, tally.recorded == tally.distinct, tally.unexplained == 0,
            tally.calls == tally.distinctCalls, tally.miscounted == 0
        else {
            throw BenchError(message: "episodes or calls were lost, duplicated or left unexplained: \(tally)")
        }
        let misdeeds = seen.misdeeds.sorted { $0.key < $1.key }
        let injected = kills + misdeeds.reduce(0) { $0 + $1.value }
        let kinds = misdeeds.map { "\($0.key) \($0.value)" } + ["workers killed \(kills)"]
        let ends = tally.ends.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        return """
            ## Injected faults

            One run of ScienceWorld, \(Self.inFlight) episodes in flight, two shared environment workers. Every other request meets
            with a misdeed of the server or gets code that harms its executor; every half minute an environment worker is killed,
            every third time all executors in its place.
            What ends the program is followed by `--resume`.

            | what | figure |
            | --- | ---: |
            | faults injected (promised: 1,000) | \(injected) |
            | times the program was started | \(starts) |
            | episodes planned | \(Self.episodes) |
            | episodes recorded | \(tally.recorded) |
            | of them lost | \(Self.episodes - tally.distinct) |
            | of them duplicated | \(tally.recorded - tally.distinct) |
            | of them without a stated reason | \(tally.unexplained) |
            | answers the server gave | \(seen.answers) |
            | answers kept in the record of calls | \(tally.calls) |
            | answers kept twice | \(tally.calls - tally.distinctCalls) |
            | episodes whose number of calls is not that of their answers kept | \(tally.miscounted) |
            | episodes that a replay plays otherwise, but for those of `environment_error` | \(tally.differences(from: replayed)) |

            Injected: \(kinds.joined(separator: ", ")).

            Ended: \(ends.joined(separator: ", ")).

            """
    }
}

/// What a finished run holds.
private struct Tally {
    var recorded = 0
    var distinct = 0
    var calls = 0
    var distinctCalls = 0
    /// Episodes that ended because something failed, and do not say what.
    var unexplained = 0
    /// Episodes that count other calls than are kept.
    var miscounted = 0
    /// How many ended for which reason.
    var ends: [String: Int] = [:]
    private var episodes: [String: Trajectory] = [:]

    init(of run: String) throws {
        let directory = try RunDirectory.open(run)
        guard directory.isComplete else { throw BenchError(message: "\(run) is not complete") }
        var callCounts: [String: Int] = [:]
        let reader = try directory.trajectories()
        while let trajectory = try reader.next() {
            recorded += 1
            // Calls of a try that lost its environment are kept and not counted.
            callCounts[trajectory.id] = trajectory.ended == .environmentError ? nil : trajectory.calls
            episodes[trajectory.id] = trajectory
            ends[trajectory.ended.rawValue, default: 0] += 1
            let isFailure = [.policyError, .environmentError, .timeLimit].contains(trajectory.ended)
            if isFailure, trajectory.endedDetail?.isEmpty ?? true { unexplained += 1 }
        }
        distinct = episodes.count
        var keys: Set<CallKey> = []
        let lines = try JSONLinesReader(path: "\(run)/calls/part-00000.jsonl.gz")
        while let line = try lines.next() {
            let call = try CanonicalJSON.decode(CallRecord.self, from: line.bytes)
            guard call.response != nil else { continue }
            keys.insert(call.key)
            calls += 1
            callCounts[call.trajectoryID]? -= 1
        }
        distinctCalls = keys.count
        miscounted = callCounts.values.count { $0 != 0 }
    }

    /// How many episodes are others there; those whose environment failed cannot be the same. Tries that were given up are no
    /// part of what was played.
    func differences(from other: Tally) -> Int {
        episodes.values.count {
            $0.ended != .environmentError && Self.played($0) != other.episodes[$0.id].map(Self.played)
        }
    }

    private static func played(_ trajectory: Trajectory) -> Trajectory {
        var trajectory = trajectory
        trajectory.tries = nil
        return trajectory
    }
}

/// Kills workers of this process tree, one at a time.
private enum WorkerKiller {
    /// Runs `body`, and kills a worker at every interval meanwhile.
    /// - Returns: what `body` returned, and how many were killed.
    static func whileKilling<Result: Sendable>(
        every interval: Duration, _ body: () async throws -> Result
    ) async throws -> (Result, kills: Int) {
        try await withThrowingTaskGroup(of: Int.self) { group in
            group.addTask {
                var kills = 0
                while (try? await Task.sleep(for: interval)) != nil {
                    // Environment workers by turns with the parent of all executors.
                    let workers = ProcessTree.named(kills % 3 == 2 ? "bwrap" : "java")
                    guard let worker = workers.randomElement() else { continue }
                    if kill(worker, SIGKILL) == 0 { kills += 1 }
                }
                return kills
            }
            let result = try await body()
            group.cancelAll()
            return (result, try await group.next() ?? 0)
        }
    }
}
