import Trajectories

/// Selects among any number of candidates, one pass, of each of which it keeps 64 bytes.
///
/// Ids that are 32 hex digits, as the program's own are, lie within those; others are kept whole beside them, as are the
/// names of groups and task instances, each once. Deciding takes 12 bytes more of each candidate, and what is kept is a list
/// of ids. There are fewer than 2^32 of anything.
public struct Selector: Sendable {
    /// What is asked for.
    public let criteria: SelectionCriteria

    private var entrants: [Entrant] = []
    private var ids = EntrantIDs()
    private var groups = Names<[String]>()
    /// Task instances and tasks, by the names they have in their environments.
    private var tasks = Names<[String]>()
    private var families = Names<[String]>()
    /// The task each task instance is of.
    private var familyOfTask: [UInt32] = []

    /// Begins with no candidates.
    public init(_ criteria: SelectionCriteria) {
        self.criteria = criteria
    }

    /// Takes a candidate in, after those taken in before.
    public mutating func add(_ candidate: Candidate) {
        let name = [candidate.parts[.environment] ?? "", candidate.parts[.task] ?? ""]
        let family = families.number(of: name)
        let task = tasks.number(of: name + [candidate.taskID])
        if task == familyOfTask.count { familyOfTask.append(family) }
        entrants.append(
            Entrant(
                id: ids.key(of: candidate.id),
                tieHash: Digest.sha256Prefix(of: "\(criteria.seed)\n\(candidate.id)"),
                reward: candidate.reward, score: criteria.rankBy.score(of: candidate) ?? 0,
                tokenCount: candidate.tokenCount > 0 ? candidate.tokenCount : .max,
                pairCount: candidate.pairCount > 0 ? UInt32(clamping: candidate.pairCount) : .max,
                group: groups.number(of: criteria.group.map { candidate.parts[$0] ?? "" }), task: task,
                dropped: criteria.ineligibility(of: candidate)))
    }

    /// Decides.
    /// - Parameter sources: where the candidates were read.
    /// - Complexity: O(*n* log *n*).
    public consuming func selection(from sources: [SelectionSource] = []) -> Selection {
        dropRepeated()
        let ranked = ranking()
        var accounts: [SelectionGroup] = []
        // 0 for what is not kept.
        var ranks = [UInt32](repeating: 0, count: entrants.count)
        var rest = ranked[...]
        while let first = rest.first {
            let members = rest.prefix { entrants[$0].group == entrants[first].group }
            rest = rest.dropFirst(members.count)
            let (account, winners) = decide(on: members)
            accounts.append(account)
            for (position, winner) in winners.enumerated() { ranks[winner] = UInt32(position + 1) }
        }
        let kept = zip(entrants, ranks).lazy.filter { $0.1 > 0 }.map { entrant, rank in
            KeptTrajectory(id: ids.text(of: entrant.id), rank: Int(rank))
        }
        return Selection(
            criteria: criteria, sources: sources, read: entrants.count,
            groups: accounts.sorted { $0.parts(criteria).lexicographicallyPrecedes($1.parts(criteria)) },
            kept: Array(kept))
    }
}

// MARK: - Steps, in their order

extension Selector {
    /// Of the same id, the first that was read counts.
    private mutating func dropRepeated() {
        let byID = entrants.indices.map(UInt32.init).sorted { left, right in
            let (one, other) = (entrants[left].id, entrants[right].id)
            return one == other ? left < right : one < other
        }
        for (first, second) in zip(byID, byID.dropFirst()) where entrants[first].id == entrants[second].id {
            entrants[second].dropped = .duplicateID
        }
    }

    /// All entrants, group by group, those that compete before those that do not, the best first.
    private func ranking() -> [UInt32] {
        entrants.indices.map(UInt32.init).sorted { left, right in
            let (one, other) = (entrants[left], entrants[right])
            if one.group != other.group { return one.group < other.group }
            if one.competes != other.competes { return one.competes }
            return precedes(one, other)
        }
    }

    /// Whether one ranks before another. The order is total: ids differ.
    private func precedes(_ one: Entrant, _ other: Entrant) -> Bool {
        if one.score != other.score { return one.score > other.score }
        let (size, otherSize) = (size(of: one), size(of: other))
        if size != otherSize { return size < otherSize }
        if one.tieHash != other.tieHash { return one.tieHash < other.tieHash }
        return one.id < other.id
    }

    private func size(of entrant: Entrant) -> Int {
        switch criteria.ties {
        case .hash, .all: 0
        case .shortest: Int(entrant.pairCount)
        case .cheapest: entrant.tokenCount
        }
    }

    /// Chooses among the members of one group, which come in the order of their ranks.
    /// - Returns: the group's account, and those kept in the order of their ranks.
    private mutating func decide(on members: ArraySlice<UInt32>) -> (SelectionGroup, winners: [UInt32]) {
        chooseOfEachTask(members)
        capTasks(members)
        let ranked = members.filter { entrants[$0].competes }
        let share = criteria.top.share(of: ranked.count)
        let cut = share > 0 ? entrants[ranked[share - 1]].score : nil
        let above = ranked.prefix { index in cut.map { entrants[index].score > $0 } ?? true }.count
        let tied = cut == nil ? 0 : ranked[above...].prefix { entrants[$0].score == cut }.count
        let kept = criteria.ties == .all && share > 0 ? above + tied : share

        var counts: [DropReason: Int] = [:]
        for index in members { if let reason = entrants[index].dropped { counts[reason, default: 0] += 1 } }
        counts[.lostTie] = cut == nil ? 0 : above + tied - kept
        counts[.belowCut] = cut == nil ? ranked.count - kept : ranked.count - above - tied
        let reasons = counts.filter { $0.value > 0 }.map { ($0.key.rawValue, $0.value) }
        let names = zip(criteria.group, groups.name(of: entrants[members[members.startIndex]].group))
        let winners = Array(ranked.prefix(kept))
        let account = SelectionGroup(
            group: Dictionary(uniqueKeysWithValues: names.map { ($0.rawValue, $1) }), read: members.count,
            n: ranked.count, k: share, cutReward: winners.map { entrants[$0].reward }.min(), cutScore: cut,
            tiedAtCut: tied, tiedKept: cut == nil ? 0 : kept - above, kept: kept,
            dropped: Dictionary(uniqueKeysWithValues: reasons))
        return (account, winners)
    }

    /// Leaves one trajectory of each task instance, where the criteria ask for that.
    private mutating func chooseOfEachTask(_ members: ArraySlice<UInt32>) {
        guard criteria.perTask != .all else { return }
        var chosen: [UInt32: UInt32] = [:]
        for index in members where entrants[index].competes {
            let entrant = entrants[index]
            // Members come best first, so of equally long or cheap ones the earlier stays.
            guard let rival = chosen[entrant.task] else {
                chosen[entrant.task] = index
                continue
            }
            let isShorter =
                switch criteria.perTask {
                case .all, .best: false
                case .shortest: entrant.pairCount < entrants[rival].pairCount
                case .cheapest: entrant.tokenCount < entrants[rival].tokenCount
                }
            if isShorter { chosen[entrant.task] = index }
            entrants[isShorter ? rival : index].dropped = .otherOfTask
        }
    }

    /// Leaves the best of each task instance, and then of each task, as many as may be.
    private mutating func capTasks(_ members: ArraySlice<UInt32>) {
        var ofTask: [UInt32: Int] = [:]
        var ofFamily: [UInt32: Int] = [:]
        for index in members where entrants[index].competes {
            let task = entrants[index].task
            let family = familyOfTask[task]
            if let most = criteria.maxPerTask, ofTask[task, default: 0] >= most {
                entrants[index].dropped = .overTaskCap
            } else if let most = criteria.maxPerFamily, ofFamily[family, default: 0] >= most {
                entrants[index].dropped = .overFamilyCap
            } else {
                ofTask[task, default: 0] += 1
                ofFamily[family, default: 0] += 1
            }
        }
    }
}

extension SelectionGroup {
    /// The group's parts in the order the criteria name them.
    fileprivate func parts(_ criteria: SelectionCriteria) -> [String] {
        criteria.group.map { group[$0.rawValue] ?? "" }
    }
}

extension Array {
    fileprivate subscript(number: UInt32) -> Element {
        get { self[Int(number)] }
        set { self[Int(number)] = newValue }
    }
}
