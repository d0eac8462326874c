import Filter
import Study
import Trajectories

/// Counts what is kept of some surveys at several p.
struct StudyJob: Sendable {
    /// Trajectories that are selected from together.
    struct Part: Sendable {
        /// The run they are of, where each run is selected from by itself; rows name it.
        var run: String?
        /// What is known of them.
        var survey: Survey
    }

    /// What is selected from, each part by itself.
    var parts: [Part]
    /// What is asked for: the same but for p.
    var criteria: [SelectionCriteria]

    /// Selects from every part at every p, and counts.
    ///
    /// - Returns: a row for each combination of environment, policy, run, source agent and method that was read and
    ///   each p: where nothing is kept, a row of none.
    func table() -> StudyTable {
        var groups: [GroupKey: [StudyGroup.Member]] = [:]
        for part in parts {
            for criteria in criteria { Self.add(part, by: criteria, to: &groups) }
        }
        let counted = groups.map { key, members in
            StudyGroup(
                environment: key.environment, policy: key.policy, run: key.run, sourceAgent: key.agent,
                method: key.method, top: Double(key.top.millionths) / 1e6, members: members)
        }
        return StudyTable(of: counted, selection: selection)
    }

    private static func add(
        _ part: Part, by criteria: SelectionCriteria, to groups: inout [GroupKey: [StudyGroup.Member]]
    ) {
        for entry in part.survey.entries {
            for method in entry.pairsByMethod.keys {
                groups[GroupKey(entry, method, part.run, criteria.top), default: []] += []
            }
        }
        for entry in part.survey.kept(by: part.survey.select(by: criteria)) {
            for (method, pairs) in entry.pairsByMethod {
                groups[GroupKey(entry, method, part.run, criteria.top), default: []].append(
                    StudyGroup.Member(
                        reward: entry.candidate.reward, success: entry.candidate.success, pairs: pairs,
                        steps: entry.steps, usage: entry.usage))
            }
        }
    }

    private var selection: StudySelection? {
        criteria.first.map { criteria in
            let isByRun = parts.contains { $0.run != nil }
            return StudySelection(
                group: (isByRun ? ["run"] : []) + criteria.group.map(\.rawValue),
                ties: criteria.ties.rawValue,
                seed: criteria.seed, minReward: criteria.minReward, success: criteria.success.rawValue)
        }
    }

    private struct GroupKey: Hashable {
        var environment: String
        var policy: String
        var run: String?
        var agent: AgentKind
        var method: AgentKind
        var top: TopPercentage

        init(_ entry: Survey.Entry, _ method: AgentKind, _ run: String?, _ top: TopPercentage) {
            (environment, policy, agent) = (entry.environment, entry.policy, entry.agent)
            (self.method, self.run, self.top) = (method, run, top)
        }
    }
}
