import Trajectories

/// A collect option that may be given several values.
enum SweepAxis: String, Sendable, Hashable, CaseIterable {
    case maxDepth = "max-depth"
    case agent, policy, prompts

    /// What it is called in a pipeline file.
    var key: String { rawValue.replacing("-", with: "_") }
}

/// The values of the collect options that may have several: every combination is a run of its own.
struct SweepValues: Sendable, Hashable {
    var maxDepth = [CollectRecipe.defaultMaxDepth]
    var agent = [AgentKind.recode]
    var policy = ["expert"]
    /// Folders of prompt texts; none for the program's own.
    var prompts: [String] = []

    /// More runs than that are a mistake.
    static let mostRuns = 100
    /// How long a run's name may be: what is made from it becomes part of longer file names.
    static let longestName = 150

    /// Every combination, the values of the last option changing fastest.
    ///
    /// - Throws: ``SweepProblem`` for a value that comes twice, values or combinations that cannot be told apart by their
    ///   names, a name that is too long, and more than ``mostRuns`` combinations.
    func points() throws(SweepProblem) -> [SweepPoint] {
        let labels = try SweepAxis.allCases.map { axis throws(SweepProblem) in
            (axis, try self.labels(of: axis))
        }
        try requireFewRuns(labels.map { ($0.0, $0.1.count) })
        var points: [SweepPoint] = []
        for (depthIndex, depth) in maxDepth.enumerated() {
            for (agentIndex, agent) in self.agent.enumerated() {
                for (policyIndex, policy) in self.policy.enumerated() {
                    for promptsIndex in 0..<max(1, prompts.count) {
                        let indices = [depthIndex, agentIndex, policyIndex, promptsIndex]
                        let parts = zip(labels, indices).compactMap { label, index in
                            label.1.isEmpty ? nil : label.1[index]
                        }
                        points.append(
                            SweepPoint(
                                name: parts.joined(separator: "-"), maxDepth: depth, agent: agent,
                                policy: policy,
                                prompts: prompts.isEmpty ? nil : prompts[promptsIndex]))
                    }
                }
            }
        }
        try requireNames(of: points)
        return points
    }

    /// An option's values as text.
    private func texts(of axis: SweepAxis) -> [String] {
        switch axis {
        case .maxDepth: maxDepth.map(String.init)
        case .agent: agent.map(\.rawValue)
        case .policy: policy
        case .prompts: prompts
        }
    }

    /// The parts of names that an option's values become; none where it has not several.
    private func labels(of axis: SweepAxis) throws(SweepProblem) -> [String] {
        let texts = texts(of: axis)
        guard texts.count > 1 else { return [] }
        var textByLabel: [String: String] = [:]
        var labels: [String] = []
        for text in texts {
            let label = "\(axis.rawValue)-\(Self.fileName(of: text, axis))"
            if let other = textByLabel.updateValue(text, forKey: label) {
                guard other != text else {
                    throw SweepProblem(
                        axis, found: "'\(text)' twice", expected: "each value once", advice: "Remove one.")
                }
                throw SweepProblem(
                    axis, found: "'\(other)' and '\(text)', whose runs would both be named \(label)",
                    expected: "values with names of their own",
                    advice: axis == .prompts
                        ? "Give the folders different names." : "Collect one of them apart.")
            }
            labels.append(label)
        }
        return labels
    }

    /// A value as a part of a file name: of a folder the last name of its path, and a hyphen for what is no ASCII letter,
    /// digit, hyphen, underscore or dot.
    private static func fileName(of text: String, _ axis: SweepAxis) -> String {
        let name = axis == .prompts ? text.split(separator: "/").last.map(String.init) ?? text : text
        return String(
            name.map { character in
                let isSafe = character.isASCII && (character.isLetter || character.isNumber)
                return isSafe || "-_.".contains(character) ? character : "-"
            })
    }

    private func requireFewRuns(_ counts: [(axis: SweepAxis, count: Int)]) throws(SweepProblem) {
        var product = 1
        for (axis, count) in counts {
            product *= max(1, count)
            guard product <= Self.mostRuns else {
                throw SweepProblem(
                    axis, found: "values that make \(product) runs or more",
                    expected: "at most \(Self.mostRuns) runs in a sweep",
                    advice: "Sweep over fewer values at a time.")
            }
        }
    }

    private func requireNames(of points: [SweepPoint]) throws(SweepProblem) {
        let axis = SweepAxis.allCases.last { texts(of: $0).count > 1 } ?? .policy
        var names: Set<String> = []
        for point in points {
            guard point.name.utf8.count <= Self.longestName else {
                throw SweepProblem(
                    axis, found: "values that make the run name '\(point.name.prefix(60))…'",
                    expected: "names of at most \(Self.longestName) characters",
                    advice: "Give profiles and folders shorter names.")
            }
            // 'a' with 'b-prompts-c' and 'a-prompts-b' with 'c' read the same when they are joined.
            guard names.insert(point.name).inserted else {
                throw SweepProblem(
                    axis, found: "values that make the run name '\(point.name)' twice",
                    expected: "runs with names of their own", advice: "Give profiles and folders other names."
                )
            }
        }
    }
}

/// One combination of a sweep's values.
struct SweepPoint: Sendable, Hashable {
    /// The options that have several values, each with its own, such as `max-depth-2-agent-react`; empty where none has.
    var name: String
    var maxDepth: Int
    var agent: AgentKind
    var policy: String
    /// The folder of prompt texts; `nil` for the program's own.
    var prompts: String?
}

/// Why some values cannot be swept over.
struct SweepProblem: Error, Sendable, Hashable {
    /// The option.
    var axis: SweepAxis
    /// What it was given.
    var found: String
    /// What would have been right.
    var expected: String
    /// What to do about it.
    var advice: String

    init(_ axis: SweepAxis, found: String, expected: String, advice: String) {
        self.axis = axis
        self.found = found
        self.expected = expected
        self.advice = advice
    }

    /// `--max-depth: found '2' twice, expected each value once. Remove one.`
    var words: String { "--\(axis.rawValue): found \(found), expected \(expected). \(advice)" }
}
