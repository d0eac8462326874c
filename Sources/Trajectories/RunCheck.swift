import JSONLines

/// Re-checks a finished run against its `run.json` and its own records, to the end, whatever is wrong on the way.
///
/// Checked: the schema of the manifest; size, SHA-256 and lines of every shard; that no other shard lies beside them; that
/// every record decodes and holds what a record has to (``TrajectoryInvariants``); ids, canonical order, and totals; that a
/// record's steps and reward are those of its actions; the calls of a language model, where one answered.
public struct RunCheck {
    /// What is wrong.
    public private(set) var findings: CheckFindings
    /// Totals over the records that could be read.
    public private(set) var counts = RunCounts()
    /// Calls of a language model that could be read; `nil` where there are none.
    public private(set) var calls: Int?
    /// What `run.json` says; `nil` where it cannot be read.
    public private(set) var run: RunDirectory?

    private let path: String
    private var order = RunOrder()

    /// Prepares the check of a run directory.
    /// - Parameter limit: how many problems are kept in words.
    public init(_ path: String, limit: Int) {
        self.path = path
        findings = CheckFindings(limit: limit)
    }

    /// Checks the run.
    /// - Parameter visit: is given every record that is one, in order.
    /// - Throws: what `visit` throws. What is wrong with the run is found, not thrown.
    /// - Complexity: O(*n*) in bytes; ids are kept in memory.
    public mutating func check(_ visit: (Trajectory) throws -> Void) throws {
        do {
            run = try RunDirectory.open(path)
        } catch {
            return findings.add(error.description)
        }
        guard let run else { return }
        guard run.isComplete else {
            return findings.add(
                "\(path)/run.json",
                "state: the run is not finished, so there is nothing to hold it against. Run the command that collected "
                    + "it again, with --resume.")
        }
        for shard in run.manifest.shards { try check(shard, of: run, visit) }
        requireNoOtherFiles(run.manifest)
        requireCounts(run.manifest)
        checkCalls(run)
    }

    private mutating func check(
        _ shard: Shard, of run: RunDirectory, _ visit: (Trajectory) throws -> Void
    ) throws {
        let file = "\(path)/\(shard.name)"
        var isDamaged = false
        do {
            try SealedShard(path: file, digest: shard.digest).verify()
        } catch {
            findings.add(error.description)
            isDamaged = true
        }
        guard let reader = try? JSONLinesReader(path: file) else { return }
        while true {
            let line: JSONLine
            do {
                guard let next = try reader.next() else { return }
                line = next
            } catch {
                // What the checksum found already is not said twice.
                if !isDamaged { findings.add(error.description) }
                return
            }
            do {
                let trajectory = try TrajectoryCodec.decode(line, in: file)
                add(trajectory, at: "\(file):\(line.number)", of: run)
                try visit(trajectory)
            } catch let error as TrajectoriesError {
                findings.add(error.description)
            }
        }
    }

    private mutating func add(_ trajectory: Trajectory, at place: String, of run: RunDirectory) {
        counts.add(trajectory)
        for problem in order.add(trajectory, at: place) { findings.add(place, problem) }
        guard !run.isImported else { return }
        for problem in Self.actionProblems(of: trajectory) { findings.add(place, problem) }
    }

    /// Whether steps and reward are those of the actions.
    private static func actionProblems(of trajectory: Trajectory) -> [String] {
        let actions = trajectory.nodes.flatMap(\.actions)
        var problems: [String] = []
        if actions.count != trajectory.steps {
            problems.append(
                "steps: is \(trajectory.steps), and the nodes of trajectory \(trajectory.id) hold \(actions.count) "
                    + "actions. \(CheckAdvice.collectAnew)")
        }
        let sum = actions.reduce(0) { $0 + $1.reward }
        // Each change is rounded to hundredths by itself.
        let slack = 0.005 * Double(actions.count) + 1e-9
        if abs(sum - trajectory.reward) > slack {
            problems.append(
                "reward: is \(trajectory.reward), and the changes of the actions of trajectory \(trajectory.id) come to "
                    + "\((sum * 100).rounded() / 100). \(CheckAdvice.collectAnew)")
        }
        return problems
    }

    private mutating func requireNoOtherFiles(_ manifest: RunManifest) {
        let known = Set(manifest.shards.map(\.name) + [manifest.calls?.name].compactMap(\.self))
        for folder in ["trajectories", "calls"] where Directory.isDirectory("\(path)/\(folder)") {
            for name in (try? Directory.names(in: "\(path)/\(folder)")) ?? []
            where !known.contains("\(folder)/\(name)") {
                findings.add(
                    "\(path)/\(folder)/\(name)",
                    "is no file of this run: run.json does not list it. Move it away.")
            }
        }
    }

    private mutating func requireCounts(_ manifest: RunManifest) {
        guard let said = manifest.counts else {
            return findings.add(
                "\(path)/run.json", "counts: is null in a finished run. \(CheckAdvice.restore)")
        }
        let pairs = [
            ("trajectories", said.trajectories, counts.trajectories),
            ("successes", said.successes, counts.successes),
            ("steps", said.steps, counts.steps), ("calls", said.calls, counts.calls),
        ]
        let reasons = Set(said.ended.keys).union(counts.ended.keys).sorted()
        let ended = reasons.map { ("ended.\($0)", said.ended[$0] ?? 0, counts.ended[$0] ?? 0) }
        for (key, said, found) in pairs + ended where said != found {
            findings.add(
                "\(path)/run.json",
                "counts.\(key): is \(said), and the records come to \(found). \(CheckAdvice.restore)")
        }
    }

    private mutating func checkCalls(_ run: RunDirectory) {
        guard let sealed = run.manifest.calls else { return }
        let file = "\(path)/\(sealed.name)"
        var usage = Usage.zero
        var count = 0
        do {
            try SealedShard(path: file, digest: sealed.digest).verify()
            let reader = try CallReader(path: file)
            while let (call, _) = try reader.next() {
                count += 1
                usage.add(call.usage)
                if !order.ids.contains(call.trajectoryID) {
                    findings.add(
                        "\(file):\(count)",
                        "trajectory_id: \(call.trajectoryID) is no trajectory of this run. \(CheckAdvice.restore)"
                    )
                }
            }
            calls = count
        } catch {
            return findings.add(error.description)
        }
        if let said = run.manifest.usage, said != usage {
            findings.add(
                "\(path)/run.json", "usage: is not the sum over the \(count) calls. \(CheckAdvice.restore)")
        }
    }
}

extension RunDirectory {
    /// Whether it was made of what others recorded.
    public var isImported: Bool {
        guard case .object(let recipe) = manifest.recipe else { return false }
        return recipe["import"] != nil
    }
}

/// What to do about a file that is not what it was.
enum CheckAdvice {
    static let restore = "Copy the run again, or collect it anew into another directory."
    static let collectAnew = "The record was changed after the episode; collect it anew."
}

/// The ids and the canonical order of a run: task, variation, repeat.
private struct RunOrder {
    private(set) var ids: Set<String> = []
    private var placeByID: [String: String] = [:]
    private var last: (task: String, variation: Int, taskID: String, repeat: Int)?
    private var tasks: Set<String> = []

    /// What is wrong with the place of the next record.
    mutating func add(_ trajectory: Trajectory, at place: String) -> [String] {
        var problems: [String] = []
        if let earlier = placeByID.updateValue(place, forKey: trajectory.id) {
            problems.append(
                "id: \(trajectory.id) stands at \(earlier) already. \(CheckAdvice.restore)")
        }
        ids.insert(trajectory.id)
        let environment = trajectory.environment
        let isNewTask = last?.task != environment.task
        if isNewTask, !tasks.insert(environment.task).inserted {
            problems.append(
                outOfOrder(trajectory, "another task stands between it and the others of its task"))
        } else if let last, !isNewTask, environment.variation < last.variation {
            problems.append(outOfOrder(trajectory, "variation \(last.variation) comes before it"))
        } else if let last, last.taskID == trajectory.taskID, trajectory.repeat < last.repeat {
            problems.append(outOfOrder(trajectory, "repeat \(last.repeat) comes before it"))
        }
        last = (environment.task, environment.variation, trajectory.taskID, trajectory.repeat)
        return problems
    }

    private func outOfOrder(_ trajectory: Trajectory, _ reason: String) -> String {
        "\(trajectory.taskID), repeat \(trajectory.repeat), is not in canonical order (task, variation, repeat): \(reason). "
            + CheckAdvice.restore
    }
}
