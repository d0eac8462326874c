import Filter
import Study
import Trajectories

/// What counting needs to know of some trajectories; light, so that a whole run's fit in memory.
struct Survey: Sendable {
    /// One trajectory, with the pairs it yields by each method it has data for.
    struct Entry: Sendable {
        var candidate: Candidate
        var environment: String
        var policy: String
        var agent: AgentKind
        var usage: Usage
        /// How the episode was played, beside environment, agent and policy's name.
        var options: [String: JSONValue]
        /// What its tree and its pairs tell.
        var facts: EpisodeFacts
    }

    /// The trajectories in the order they were read.
    private(set) var entries: [Entry] = []
    /// Where they were read.
    private(set) var sources: [SelectionSource] = []

    /// The lists that said what must not be trained on.
    private(set) var leakageLists: [SelectionSource] = []

    /// Of nothing.
    init() {}

    /// Reads trajectories once.
    /// - Parameters:
    ///   - gate: says which of them must not be trained on; `nil` where nobody asks.
    ///   - counting: what tokens are counted with; `nil` where they are not.
    ///   - screen: what looks for control tokens: pairs that an export would leave out are not counted.
    /// - Throws: `TrajectoriesError` naming file and line; `DecomposeError` for nodes that are no tree.
    /// - Complexity: O(*n*) in the size of the trajectories; what is kept is O(1) for each, and eight bytes for each pair.
    init(
        of sources: TrajectorySources, gate: ExportGate?, counting: StudyCounting?, screen: PairScreen?
    ) throws {
        self.sources = try sources.selectionSources()
        leakageLists = gate?.lists ?? []
        var options = EpisodeOptions()
        var pairSurvey = try PairSurvey(counting: counting, screen: screen)
        try sources.forEach { trajectory, origin in
            let recipe = origin.recipe
            let facts = try Self.facts(of: trajectory, recipe, &pairSurvey)
            let summary = TrajectorySummary(trajectory)
            entries.append(
                Entry(
                    candidate: Candidate(
                        summary, leaks: gate?.gate.holdsBack(summary) ?? false,
                        pairCount: facts.pairs[trajectory.agent].map { $0.keys.count + $0.screened } ?? 0),
                    environment: trajectory.environment.name, policy: trajectory.policy.name,
                    agent: trajectory.agent, usage: trajectory.usage,
                    options: try options.values(of: trajectory, recipe), facts: facts))
        }
    }

    private static func facts(
        of trajectory: Trajectory, _ recipe: JSONValue, _ pairSurvey: inout PairSurvey
    ) throws -> EpisodeFacts {
        var pairs: [AgentKind: PairFacts] = [:]
        for method in trajectory.agent.methods {
            pairs[method] = try pairSurvey.facts(of: trajectory, by: method)
        }
        // An imported tree has declared outputs, and whoever played it did not look which were lost.
        var isImported = false
        if case .object(let keys) = recipe { isImported = keys["import"] != nil }
        return EpisodeFacts(
            shape: TreeShape(of: trajectory),
            structure: EpisodeStructure(of: trajectory, recordsLosses: !isImported), pairs: pairs)
    }

    /// Pairs that are not counted for the control tokens in them, by method.
    var screened: [AgentKind: Int] {
        entries.reduce(into: [:]) { sums, entry in
            for (method, facts) in entry.facts.pairs where facts.screened > 0 {
                sums[method, default: 0] += facts.screened
            }
        }
    }

    /// Those of them that are wanted.
    func filtered(_ isWanted: (Entry) -> Bool) -> Survey {
        var part = self
        part.entries = entries.filter(isWanted)
        return part
    }

    /// The same, taken apart: what differs in some options, each by itself.
    /// - Parameter names: the options.
    /// - Returns: their values, and what has them.
    func apart(by names: [String]) -> [[String: JSONValue]: Survey] {
        guard !names.isEmpty else { return [[:]: self] }
        let parts = Dictionary(grouping: entries) { entry in
            Dictionary(
                names.map { ($0, entry.options[$0] ?? .null) }, uniquingKeysWith: { first, _ in first })
        }
        return parts.mapValues { entries in
            var part = self
            part.entries = entries
            return part
        }
    }

    /// Selects among them.
    func select(by criteria: SelectionCriteria) -> Selection {
        var selection = Selection.select(entries.lazy.map(\.candidate), by: criteria, from: sources)
        selection.leakageLists = criteria.leakage == .drop ? leakageLists : []
        return selection
    }

    /// The entries a selection keeps, each once, however often its trajectory was read.
    func kept(by selection: Selection) -> [Entry] {
        var left = Set(selection.ranks.keys)
        return entries.filter { left.remove($0.candidate.id) != nil }
    }
}

extension AgentKind {
    /// The methods that a trajectory of this agent yields pairs for: a tree can be flattened, a list of turns cannot
    /// be made a tree.
    var methods: [AgentKind] { self == .recode ? [.recode, .react, .codeact] : [self] }
}
