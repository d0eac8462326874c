import JSONLines

/// A trajectory to and from its line: the one place that knows the record's bytes.
public enum TrajectoryCodec {
    /// Encodes a record as one line, without a newline.
    ///
    /// - Parameter trajectory: the record.
    /// - Returns: canonical JSON: the same record gives the same bytes.
    /// - Throws: `badRecord` for a record that decoding would refuse, so that none is ever stored.
    public static func encode(_ trajectory: Trajectory) throws(TrajectoriesError) -> [UInt8] {
        do {
            try TrajectoryInvariants.check(trajectory)
            return try CanonicalJSON.encode(trajectory)
        } catch let problem as RecordProblem {
            throw TrajectoriesError(
                .badRecord, "trajectory \(trajectory.id) cannot be stored: \(problem.text)")
        } catch {
            throw TrajectoriesError(
                .badRecord, "trajectory \(trajectory.id) cannot be stored as JSON", cause: "\(error)")
        }
    }

    /// Decodes a line.
    ///
    /// - Parameters:
    ///   - line: the line, with its number.
    ///   - file: the path that messages name.
    /// - Returns: the record, whose invariants hold (see ``TrajectoryInvariants``).
    /// - Throws: `badRecord` naming file, line, the key at fault and what was expected.
    public static func decode(_ line: JSONLine, in file: String) throws(TrajectoriesError) -> Trajectory {
        do {
            let trajectory = try RecordProblem.decode(Trajectory.self, from: line.bytes)
            try TrajectoryInvariants.check(trajectory)
            return trajectory
        } catch {
            throw noRecord(line, in: file, error)
        }
    }

    /// Decodes what a line says beside the nodes, which may be anything.
    /// - Throws: as ``decode(_:in:)``, but for the nodes.
    static func decodeSummary(
        _ line: JSONLine, in file: String
    ) throws(TrajectoriesError) -> TrajectorySummary {
        // Where nodes are not where they always are, the whole record says what is wrong.
        guard let head = RecordHead.bytes(of: line.bytes) else {
            return TrajectorySummary(try decode(line, in: file))
        }
        do {
            let summary = try RecordProblem.decode(TrajectorySummary.self, from: head)
            try TrajectoryInvariants.check(summary)
            return summary
        } catch {
            throw noRecord(line, in: file, error)
        }
    }

    private static func noRecord(
        _ line: JSONLine, in file: String, _ problem: RecordProblem
    ) -> TrajectoriesError {
        TrajectoriesError(
            .badRecord,
            "\(file):\(line.number): no \(Trajectory.schemaName) record: \(problem.text). "
                + "Check that the file was made by recode-data collect, or remove the line.")
    }
}

/// What holds for every stored trajectory beyond the types of its keys.
public enum TrajectoryInvariants {
    /// Checks a record.
    ///
    /// - Parameter trajectory: the record.
    /// - Throws: the first problem found, in the order of the record's keys.
    /// - Complexity: O(*n*) in the number of nodes.
    public static func check(_ trajectory: Trajectory) throws(RecordProblem) {
        try check(TrajectorySummary(trajectory))
        try checkTree(trajectory.nodes)
    }

    private static func check(tries: [GivenUpTry]?) throws(RecordProblem) {
        guard let tries else { return }
        guard !tries.isEmpty else {
            throw RecordProblem(
                keyPath: "tries", message: "is empty, expected a try that was given up, or no such key")
        }
        for (index, given) in tries.enumerated() where !(0...(1 << 40)).contains(given.steps) {
            throw RecordProblem(
                keyPath: "tries[\(index)].steps", message: "is \(given.steps), expected 0 to 2^40")
        }
    }

    /// What records are told apart and grouped by is short: to hold a text of n accents in a set takes n² steps.
    private static func checkLabels(of record: TrajectorySummary) throws(RecordProblem) {
        let environment = record.environment
        let labels = [
            ("id", record.id), ("task_id", record.taskID), ("environment.name", environment.name),
            ("environment.version", environment.version), ("environment.task", environment.task),
            ("policy.name", record.policy.name), ("policy.model", record.policy.model),
        ]
        for (key, label) in labels where label.utf8.count > 1_024 {
            throw RecordProblem(keyPath: key, message: "has \(label.utf8.count) bytes, expected at most 1024")
        }
    }

    /// Checks what a record says beside its nodes.
    static func check(_ record: TrajectorySummary) throws(RecordProblem) {
        try RecordProblem.requireSchema(of: record)
        if record.id.isEmpty {
            throw RecordProblem(keyPath: "id", message: "is empty, expected hex digits")
        }
        try checkLabels(of: record)
        if record.taskID.isEmpty {
            throw RecordProblem(keyPath: "task_id", message: "is empty, expected environment/task/variation")
        }
        // A comparison that NaN fails, too.
        guard (0...1).contains(record.reward) else {
            throw RecordProblem(keyPath: "reward", message: "is \(record.reward), expected 0 to 1")
        }
        let native = record.nativeReward
        guard native.min.isFinite, native.max.isFinite, native.min <= native.value, native.value <= native.max
        else {
            throw RecordProblem(
                keyPath: "native_reward.value",
                message: "is \(native.value), expected \(native.min) to \(native.max), the range it declares")
        }
        if let cost = record.usage.costUSD, !(0...1e12).contains(cost) {
            throw RecordProblem(keyPath: "usage.cost_usd", message: "is \(cost), expected 0 to 10^12")
        }
        let counts = [
            ("steps", record.steps), ("calls", record.calls),
            ("usage.prompt_tokens", record.usage.promptTokens),
            ("usage.completion_tokens", record.usage.completionTokens),
            ("limits.max_depth", record.limits.maxDepth), ("limits.max_retry", record.limits.maxRetry),
            ("limits.max_rewrite", record.limits.maxRewrite),
            ("limits.step_limit", record.limits.stepLimit),
        ]
        // The upper bound keeps sums over any number of records from overflowing.
        for (key, count) in counts where !(0...EpisodeLimits.most).contains(count) {
            throw RecordProblem(
                keyPath: key, message: "is \(count), expected 0 or more" + (count > 0 ? ", at most 2^40" : "")
            )
        }
        try check(tries: record.tries)
    }

    /// Nodes stand in pre-order: a node's parent is the node before it or one of that node's ancestors.
    private static func checkTree(_ nodes: [Node]) throws(RecordProblem) {
        var path: [Int] = []
        for (position, node) in nodes.enumerated() {
            let key = "nodes[\(position)]"
            guard node.id == position else {
                throw RecordProblem(
                    keyPath: "\(key).id", message: "is \(node.id), expected its position \(position)")
            }
            if position == 0, node.parent != nil {
                throw RecordProblem(
                    keyPath: "\(key).parent", message: "is not null, and the first node is the root")
            }
            if position > 0 {
                guard let parent = node.parent, let level = path.lastIndex(of: parent) else {
                    throw RecordProblem(
                        keyPath: "\(key).parent",
                        message:
                            "is \(node.parent.map(String.init) ?? "null"), expected the node before it or "
                            + "one of its ancestors (pre-order)")
                }
                path.removeSubrange((level + 1)...)
            }
            guard node.depth == path.count else {
                throw RecordProblem(
                    keyPath: "\(key).depth",
                    message: "is \(node.depth), expected \(path.count) below its parent")
            }
            path.append(position)
        }
    }
}
