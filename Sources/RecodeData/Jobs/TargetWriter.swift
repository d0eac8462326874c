import Decompose
import Export
import Filter
import Trajectories

/// Which trajectories an export takes: those of its selection, each once, however often it is read.
final class TakenOnce {
    let ranks: [String: Int]?
    private(set) var ids: Set<String> = []

    init(_ target: ExportJob.Target) {
        ranks = target.selection?.ranks
    }

    /// Whether a trajectory that is read now is taken. Without a selection every one is: the exporter refuses what comes twice.
    func takes(_ id: String) -> Bool {
        guard let ranks else {
            ids.insert(id)
            return true
        }
        return ranks[id] != nil && ids.insert(id).inserted
    }
}

/// One export while it is being written.
final class TargetWriter {
    let taking: TakenOnce
    private let target: ExportJob.Target
    private let exporter: PairExporter
    private let droppedPairs: [DroppedPair]
    private let droppedIDs: Set<String>
    private var dropped: [String: Int]
    private var truncated = 0
    /// Control tokens that were found; `nil` where the export does not look for them.
    private var control: ControlTokenTally?
    private var tokens: ExportTokens?
    /// The train split's task instances that there are rows of.
    private var trainTasks: Set<String> = []
    private var (asked, made, written) = (0, 0, 0)

    init(
        _ target: ExportJob.Target, tokens: ExportTokens?, _ screen: PairScreen?,
        dropping pairs: [DroppedPair], into exporter: PairExporter
    ) {
        self.target = target
        self.tokens = tokens
        self.exporter = exporter
        control = screen.map { _ in ControlTokenTally() }
        taking = TakenOnce(target)
        droppedPairs = pairs
        droppedIDs = Set(pairs.map(\.id))
        dropped = Dictionary(pairs.map { ($0.reason.rawValue, 1) }, uniquingKeysWith: +)
    }

    /// Takes a trajectory's pairs.
    /// - Parameter tally: what became of the answers that yielded none.
    func take(
        _ pairs: [FittedPair], _ tally: PairTally, of trajectory: Trajectory, in run: String
    ) throws {
        for fitted in pairs where !droppedIDs.contains(fitted.pair.id) {
            if fitted.control.fate == .dropped {
                control?.add(fitted.control.found, .dropped)
                dropped[ControlTokenPolicy.dropReason, default: 0] += 1
                continue
            }
            guard fitted.length != .tooLong else {
                dropped[OverLengthPolicy.dropReason, default: 0] += 1
                continue
            }
            if let fate = fitted.control.fate { control?.add(fitted.control.found, fate) }
            if fitted.length == .truncated { truncated += 1 }
            var pair = fitted.pair
            pair.run = run
            pair.rank = taking.ranks?[trajectory.id]
            if let length = fitted.tokens {
                pair.tokens = length.chat
                tokens?.add(length)
            }
            try ExportJob.naming(pair) { try exporter.append(pair) }
            if pair.split == .train { trainTasks.insert(pair.taskID) }
            written += 1
        }
        asked += tally.asked
        made += pairs.count
        dropped.merge(tally.droppedByName, uniquingKeysWith: +)
    }

    /// Loaders fail on a dataset without rows, and a user who exports one expects rows.
    func checkThereAreRows() throws {
        guard written == 0 else { return }
        let reasons = dropped.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
        throw CommandFailure(
            .badData,
            "\(target.directory): there is nothing to export: "
                + "\(Wording.count(taking.ids.count, "trajectory", plural: "trajectories")) taken, no row made "
                + "(dropped: \(reasons.isEmpty ? "none" : reasons.joined(separator: ", "))). Select more, or ask for less."
                + (dropped[ControlTokenPolicy.dropReason] == nil
                    ? "" : " Rows with control tokens are kept with --control-tokens escape, or keep.")
        )
    }

    /// Whoever asked for a validation split expected one.
    func checkTasksCanBeHeldOut() throws {
        guard trainTasks.count < 2 else { return }
        throw CommandFailure(
            .badData,
            "\(target.directory): no task can be held out: the rows are of "
                + "\(Wording.count(trainTasks.count, "task instance")) of the train split, and --holdout keeps whole ones "
                + "back. Select more, or leave --holdout out.")
    }

    func checkNothingIsMissing() throws {
        let missing = (target.selection?.kept ?? []).filter { !taking.ids.contains($0.id) }
        guard let first = missing.first else { return }
        throw CommandFailure(
            .badData,
            "the selection keeps \(Wording.count(missing.count, "trajectory", plural: "trajectories")) that the runs "
                + "do not have (first: \(first.id)). Name the runs it was made from, or make it anew with "
                + "recode-data filter.")
    }

    func finish(_ leakage: ExportLeakage, read: Int) throws -> ExportManifest {
        try exporter.report(dropped: try droppedPairs.map { try CanonicalJSON.encode($0) })
        return try exporter.finish(
            trajectories: taking.ids.count, dropped: dropped, truncated: truncated,
            controlTokens: control?.counts, tokens: tokens, leakage: leakage,
            funnel: ExportFunnel(
                read: read, selected: taking.ids.count, asked: asked, made: made, written: written))
    }
}
