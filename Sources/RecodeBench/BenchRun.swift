import TraceGen
import Trajectories

/// A run directory that lanes of a rollout write into.
actor BenchRun: CallJournal {
    private let collector: RunCollector
    private var trajectories: [Trajectory] = []

    /// Starts an empty run directory.
    init(path: String) throws {
        guard
            case .collecting(let collector) = try RunCollector.begin(
                at: path, recipe: ["bench": path], versions: [:], unfinished: .refuse)
        else { preconditionFailure("a new directory cannot be complete") }
        self.collector = collector
    }

    /// Adds a record, synced.
    func append(_ trajectory: Trajectory) throws {
        try collector.append(trajectory)
        trajectories.append(trajectory)
    }

    /// Nothing was asked before.
    func find(_ key: CallKey) throws -> CallRecord? { try collector.calls.find(key) }

    /// Keeps a call, synced.
    func keep(_ record: CallRecord, took duration: Duration?) throws { try collector.calls.append(record) }

    /// Seals the run.
    func seal(order: [String]) throws -> [Trajectory] {
        _ = try collector.seal(order: order)
        return trajectories
    }
}
