import Trajectories

/// Holds trajectories that are meant for training against what a model is tested on.
///
/// A trajectory leaks where its task instance is of the dev or test split (by its record, or by a list of those), stands on a list of exclusions, or begins with the
/// very texts of a held-out instance: instruction and initial observation, normalised. One whose instruction alone is that of
/// a held-out instance is counted, and is no leak: ScienceWorld uses one sentence in several splits.
public struct LeakageGate: Sendable {
    /// Why a trajectory leaks.
    public enum Reason: String, Codable, Sendable, Hashable, CaseIterable {
        /// Its task instance is of the dev or test split.
        case heldOutSplit = "held_out_split"
        /// Its task instance is excluded.
        case excluded
        /// It begins as a held-out instance does.
        case heldOutInstance = "held_out_instance"
    }

    /// A trajectory that leaks.
    public struct Leak: Sendable, Hashable {
        /// The trajectory's id.
        public var trajectoryID: String
        /// Its task instance.
        public var taskID: String
        /// Why it leaks.
        public var reason: Reason
        /// What it must not be, in words: a split, or the held-out instance it begins as.
        public var detail: String
    }

    private struct World: Hashable {
        var environment: String
        var version: String
        var options: [String: JSONValue]
    }

    private struct Texts: Sendable {
        /// A held-out instance for each digest of instruction and initial observation.
        var instances: [String: String] = [:]
        var instructions: Set<String> = []
        /// The split of every held-out task id.
        var splits: [String: Split] = [:]
    }

    private let exclusions: Exclusions
    private var heldOut: [World: Texts] = [:]
    /// The split of every held-out task id in any list: for records of a world that has none of its own, such as imported ones.
    private var splits: [String: Split] = [:]

    /// Makes a gate.
    /// - Parameters:
    ///   - exclusions: task instances that must not be trained on.
    ///   - heldOut: the instances of dev and test splits, as far as they are known.
    public init(exclusions: Exclusions = Exclusions(), heldOut: [HeldOutTasks] = []) {
        self.exclusions = exclusions
        heldOut.forEach { add($0) }
    }

    /// Lets it know of more instances.
    public mutating func add(_ list: HeldOutTasks) {
        let world = World(environment: list.environment, version: list.version, options: list.options)
        for instance in list.instances {
            splits[instance.taskID] = instance.split
            heldOut[world, default: Texts()].splits[instance.taskID] = instance.split
            heldOut[world, default: Texts()].instances[instance.instance] = instance.taskID
            heldOut[world, default: Texts()].instructions.insert(instance.instruction)
        }
    }

    /// What the gate has to say of a trajectory.
    /// - Complexity: O(*n*) in the length of its instruction and initial observation.
    public func verdict(on trajectory: TrajectorySummary) -> Verdict {
        let environment = trajectory.environment
        func leak(_ reason: Reason, _ detail: String) -> Verdict {
            .leak(
                Leak(
                    trajectoryID: trajectory.id, taskID: trajectory.taskID, reason: reason, detail: detail))
        }
        guard environment.split == .train else {
            return leak(.heldOutSplit, "is of the \(environment.split.rawValue) split")
        }
        let world = World(
            environment: environment.name, version: environment.version, options: environment.options)
        let known = heldOut[world]
        // Two catalogues have other splits for the same ids: a world's own list goes first.
        if let split = known.map({ $0.splits[trajectory.taskID] }) ?? splits[trajectory.taskID] {
            return leak(.heldOutSplit, "is of the \(split.rawValue) split, though its record says train")
        }
        if let entry = exclusions.entry(for: trajectory.taskID) {
            return leak(.excluded, "is excluded by “\(entry)”")
        }
        guard let known else { return .notCompared }
        let texts = TaskTexts(
            instruction: trajectory.instruction, initialObservation: trajectory.initialObservation)
        if let instance = known.instances[texts.instance] {
            return leak(.heldOutInstance, "begins as the held-out \(instance)")
        }
        return known.instructions.contains(texts.instruction) ? .sameInstruction : .clean
    }

    /// Whether the texts of an environment's held-out instances are known.
    public func knows(_ environment: String, version: String, options: [String: JSONValue]) -> Bool {
        heldOut[World(environment: environment, version: version, options: options)] != nil
    }

    /// Whether a trajectory must not be trained on.
    public func holdsBack(_ trajectory: TrajectorySummary) -> Bool {
        if case .leak = verdict(on: trajectory) { true } else { false }
    }

    /// What a gate says of one trajectory.
    public enum Verdict: Sendable, Hashable {
        /// It must not be trained on.
        case leak(Leak)
        /// Its instruction is that of a held-out instance, which begins with another observation.
        case sameInstruction
        /// Nobody knows the texts of its environment's held-out instances under its version and options.
        case notCompared
        /// Nothing held out is like it.
        case clean
    }
}

/// Task instances that must not be trained on.
public struct Exclusions: Sendable, Hashable {
    private var tasks: Set<String> = []
    private var prefixes: [String] = []

    /// None.
    public init() {}

    /// Reads a list: a task id on each line, or the beginning of some and `*`; blank lines and those that begin with `#` count
    /// for nothing.
    /// - Parameters:
    ///   - list: the list's text.
    ///   - file: how messages name it.
    /// - Throws: `badHeldOutFile` naming the first line that is neither.
    public init(list: String, file: String) throws(FilterError) {
        let lines = list.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (index, line) in lines.enumerated() {
            guard !line.holdsEndlessAccents else {
                throw FilterError(
                    .badHeldOutFile, "\(file):\(index + 1): it \(EndlessAccents.words), which no task id has."
                )
            }
            let entry = NormalizedText.spaced(String(line).replacing("\u{FEFF}", with: ""))
            if entry.isEmpty || entry.hasPrefix("#") { continue }
            let isBeginning = entry.hasSuffix("*")
            let parts = entry.split(separator: "/", omittingEmptySubsequences: false)
            guard !entry.contains(" "),
                isBeginning ? entry.count > 1 : parts.count >= 3 && !parts.contains("")
            else {
                throw FilterError(
                    .badHeldOutFile,
                    "\(file):\(index + 1): “\(entry.prefix(80))” is no task id, expected environment/task/variation, or the "
                        + "beginning of some and *")
            }
            if isBeginning {
                prefixes.append(String(entry.dropLast()))
            } else {
                tasks.insert(entry)
            }
        }
    }

    /// The entry that excludes a task instance.
    func entry(for taskID: String) -> String? {
        if tasks.contains(taskID) { return taskID }
        return prefixes.first { taskID.hasPrefix($0) }.map { "\($0)*" }
    }
}
