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

    /// What is selected from, each part by itself; surveyed for a study.
    var parts: [Part]
    /// What is asked for: the same but for p.
    var criteria: [SelectionCriteria]
    /// Whether only tasks count that every method has something of.
    var isPaired = false
    /// Whose figures are shown beside those that are counted.
    var published = PublishedChoice.paper

    /// Selects from every part at every p, and counts.
    ///
    /// - Returns: a row for each combination of environment, policy, options that differ, run, source agent and method
    ///   that was read and each p: where nothing is kept, a row of none.
    func table() -> StudyTable {
        let pairing = TaskPairing(of: parts.map(\.survey), eligibleBy: isPaired ? criteria.first : nil)
        let names = differing
        var rows: [StudyRow] = []
        var structure: [StructureRow] = []
        for part in parts {
            for (options, read) in part.survey.apart(by: names) {
                let place = Place(run: part.run, options: options)
                let survey = isPaired ? read.filtered(pairing.isShared) : read
                let episodes = Self.episodes(of: survey)
                let played = names.isEmpty ? [:] : episodes.mapValues(Self.played)
                let keys = Self.keys(of: read)
                // Row by row, so that what one p keeps is let go of before the next.
                for criteria in criteria {
                    rows += Self.rows(keys, of: survey, at: place, by: criteria, played)
                }
                structure += episodes.map { Self.structure(of: $1, $0, at: place) }
            }
        }
        return StudyTable(
            rows: rows, structure: structure, coverage: pairing.coverage, published: published,
            selection: selection(apartBy: names))
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

    /// All the episodes of each combination, each once however often it was read.
    private static func episodes(of survey: Survey) -> [RowKey: [Survey.Entry]] {
        var ids: Set<String> = []
        return Dictionary(
            grouping: survey.entries.filter { ids.insert($0.candidate.id).inserted }, by: RowKey.init)
    }

    private static func played(_ episodes: [Survey.Entry]) -> StudyPlayed {
        StudyPlayed(of: episodes.map { ($0.candidate.reward, $0.candidate.success) })
    }

    private static func structure(of episodes: [Survey.Entry], _ key: RowKey, at place: Place) -> StructureRow
    {
        StructureRow(
            of: StructureGroup(
                environment: key.environment, policy: key.policy, run: place.run, options: place.options,
                agent: key.agent,
                episodes: episodes.map { entry in
                    StructureGroup.Episode(
                        reward: entry.candidate.reward, ended: entry.candidate.ended,
                        structure: entry.facts.structure)
                }))
    }

    /// What there are rows of, whatever is kept.
    private static func keys(of survey: Survey) -> Set<GroupKey> {
        Set(survey.entries.lazy.flatMap { entry in entry.facts.pairs.keys.map { GroupKey(entry, $0) } })
    }

    private static func rows(
        _ keys: Set<GroupKey>, of survey: Survey, at place: Place, by criteria: SelectionCriteria,
        _ played: [RowKey: StudyPlayed]
    ) -> [StudyRow] {
        var groups = Dictionary(uniqueKeysWithValues: keys.map { ($0, [StudyGroup.Member]()) })
        for entry in survey.kept(by: survey.select(by: criteria)) {
            for (method, pairs) in entry.facts.pairs {
                groups[GroupKey(entry, method), default: []].append(member(entry, method, pairs))
            }
        }
        return groups.map { key, members in
            StudyRow(
                of: StudyGroup(
                    environment: key.row.environment, policy: key.row.policy, run: place.run,
                    options: place.options, sourceAgent: key.row.agent, method: key.method,
                    top: Double(criteria.top.millionths) / 1e6, members: members, played: played[key.row]))
        }
    }

    private static func member(
        _ entry: Survey.Entry, _ method: AgentKind, _ pairs: PairFacts
    ) -> StudyGroup.Member {
        StudyGroup.Member(
            reward: entry.candidate.reward, success: entry.candidate.success, pairs: pairs.keys.count,
            steps: entry.candidate.steps, pairKeys: pairs.keys, tokens: pairs.tokens,
            shape: method == .recode ? entry.facts.shape : nil, usage: entry.usage)
    }

    private func selection(apartBy names: [String]) -> StudySelection? {
        criteria.first.map { criteria in
            let isByRun = parts.contains { $0.run != nil }
            let parts = criteria.group.map(\.rawValue).filter { !names.contains($0) }
            return StudySelection(
                group: (isByRun ? ["run"] : []) + names + parts,
                ties: criteria.ties.rawValue,
                seed: criteria.seed, minReward: criteria.minReward, success: criteria.success.rawValue,
                others: criteria.unusual)
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

    private struct GroupKey: Hashable {
        var row: RowKey
        var method: AgentKind

        init(_ entry: Survey.Entry, _ method: AgentKind) {
            row = RowKey(entry)
            self.method = method
        }
    }
}

extension SelectionCriteria {
    /// The criteria that a study has no key of its own for and that are not as usual, by their keys.
    fileprivate var unusual: [String: JSONValue] {
        guard let usual = try? SelectionCriteria(top: top), let values = try? usual.values,
            let own = try? self.values
        else { return [:] }
        let named: Set<String> = ["top", "ties", "seed", "min_reward", "success", "group"]
        return own.filter { !named.contains($0.key) && $0.value != values[$0.key] }
    }

    private var values: [String: JSONValue] {
        get throws { try CanonicalJSON.decode([String: JSONValue].self, from: CanonicalJSON.encode(self)) }
    }
}
