import Filter
import Study
import Trajectories

/// Counts what is kept of some surveys at several p.
///
/// What differs is never counted together: episodes that were played with other options (``EpisodeOptions``) are selected
/// from by themselves, and have rows of their own.
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
    /// - Returns: a row for each combination of environment, policy, options that differ, run, source agent and method
    ///   that was read and each p: where nothing is kept, a row of none.
    func table() -> StudyTable {
        let names = differing
        var groups: [GroupKey: [StudyGroup.Member]] = [:]
        for part in parts {
            for (options, survey) in part.survey.apart(by: names) {
                let place = Place(run: part.run, options: options)
                for criteria in criteria { Self.add(survey, of: place, by: criteria, to: &groups) }
            }
        }
        let played = names.isEmpty ? [:] : self.played(apartBy: names)
        let counted = groups.map { key, members in
            StudyGroup(
                environment: key.row.environment, policy: key.row.policy, run: key.place.run,
                options: key.place.options, sourceAgent: key.row.agent, method: key.method,
                top: Double(key.top.millionths) / 1e6, members: members,
                played: played[PlayedKey(row: key.row, place: key.place)])
        }
        return StudyTable(of: counted, selection: selection(apartBy: names))
    }

    /// The options that take more than one value where a row would else count them together: among the episodes of one
    /// agent with one policy in one environment.
    private var differing: [String] {
        var found: [RowKey: Set<[String: JSONValue]>] = [:]
        for entry in parts.lazy.flatMap(\.survey.entries) {
            found[RowKey(entry), default: []].insert(entry.options)
        }
        let names = Set(found.values.flatMap { $0.flatMap(\.keys) })
        return names.filter { name in
            found.values.contains { Set($0.map { $0[name] ?? .null }).count > 1 }
        }.sorted()
    }

    /// All the episodes of each combination, each counted once however often it was read.
    private func played(apartBy names: [String]) -> [PlayedKey: StudyPlayed] {
        var episodes: [PlayedKey: [(reward: Double, success: Bool)]] = [:]
        for part in parts {
            for (options, survey) in part.survey.apart(by: names) {
                var ids: Set<String> = []
                for entry in survey.entries where ids.insert(entry.candidate.id).inserted {
                    let key = PlayedKey(row: RowKey(entry), place: Place(run: part.run, options: options))
                    episodes[key, default: []].append((entry.candidate.reward, entry.candidate.success))
                }
            }
        }
        return episodes.mapValues(StudyPlayed.init)
    }

    private static func add(
        _ survey: Survey, of place: Place, by criteria: SelectionCriteria,
        to groups: inout [GroupKey: [StudyGroup.Member]]
    ) {
        for entry in survey.entries {
            for method in entry.pairsByMethod.keys {
                groups[GroupKey(entry, method, place, criteria.top), default: []] += []
            }
        }
        for entry in survey.kept(by: survey.select(by: criteria)) {
            for (method, pairs) in entry.pairsByMethod {
                groups[GroupKey(entry, method, place, criteria.top), default: []].append(
                    StudyGroup.Member(
                        reward: entry.candidate.reward, success: entry.candidate.success, pairs: pairs,
                        steps: entry.steps, usage: entry.usage))
            }
        }
    }

    private func selection(apartBy names: [String]) -> StudySelection? {
        criteria.first.map { criteria in
            let isByRun = parts.contains { $0.run != nil }
            let parts = criteria.group.map(\.rawValue).filter { !names.contains($0) }
            return StudySelection(
                group: (isByRun ? ["run"] : []) + names + parts,
                ties: criteria.ties.rawValue,
                seed: criteria.seed, minReward: criteria.minReward, success: criteria.success.rawValue)
        }
    }

    /// What a row says beside the options.
    private struct RowKey: Hashable {
        var environment: String
        var policy: String
        var agent: AgentKind

        init(_ entry: Survey.Entry) {
            (environment, policy, agent) = (entry.environment, entry.policy, entry.agent)
        }
    }

    /// What trajectories that are selected from together have in common.
    private struct Place: Hashable {
        var run: String?
        var options: [String: JSONValue]
    }

    private struct PlayedKey: Hashable {
        var row: RowKey
        var place: Place
    }

    private struct GroupKey: Hashable {
        var row: RowKey
        var place: Place
        var method: AgentKind
        var top: TopPercentage

        init(_ entry: Survey.Entry, _ method: AgentKind, _ place: Place, _ top: TopPercentage) {
            row = RowKey(entry)
            (self.method, self.place, self.top) = (method, place, top)
        }
    }
}
