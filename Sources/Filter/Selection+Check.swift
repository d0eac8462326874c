import Trajectories

/// Whether the numbers of a selection that was read fit together, so that nothing after it meets absurd ones.
extension Selection: SchemaRecord {
    /// The names that criteria are made of.
    public static var allowedValues: [String: [String]] {
        [
            "ties": TieRule.allCases.map(\.rawValue), "success": SuccessRule.allCases.map(\.rawValue),
            "group": GroupPart.allCases.map(\.rawValue), "rank_by": RankScore.allCases.map(\.rawValue),
            "per_task": PerTaskRule.allCases.map(\.rawValue),
            "leakage": LeakageRule.allCases.map(\.rawValue),
        ]
    }

    /// Checks everything that ``select(_:by:from:)`` promises of its result and that can be seen without the runs.
    /// - Throws: `RecordProblem` naming the first key that is wrong.
    /// - Complexity: O(*n* log *n*) in what is kept.
    func check() throws(RecordProblem) {
        try criteria.check()
        try Self.checkCount(read, at: "read")
        let droppedCount = try Self.total(of: dropped, at: "dropped")
        var seen: Set<[String: String]> = []
        for (index, account) in groups.enumerated() {
            try account.check(against: criteria, at: "groups[\(index)]")
            if !seen.insert(account.group).inserted {
                throw RecordProblem(keyPath: "groups[\(index)].group", message: "is that of an earlier group")
            }
        }
        try checkKept()
        let sum = kept.count + droppedCount
        guard sum == read else {
            throw RecordProblem(
                keyPath: "read", message: "is \(read), but kept and dropped add up to \(sum)")
        }
        try checkGroupsAddUp()
    }

    private func checkKept() throws(RecordProblem) {
        guard Set(kept.map(\.id)).count == kept.count else {
            throw RecordProblem(keyPath: "kept", message: "lists an id twice")
        }
        for (index, trajectory) in kept.enumerated() where !(1...kept.count).contains(trajectory.rank) {
            throw RecordProblem(
                keyPath: "kept[\(index)].rank",
                message: "is \(trajectory.rank), expected a rank from 1 to \(kept.count)")
        }
    }

    private func checkGroupsAddUp() throws(RecordProblem) {
        // No sum runs over: each number is below ``TopPercentage/largestCount``.
        let keptCount = groups.reduce(0) { $0 + $1.kept }
        guard keptCount == kept.count else {
            throw RecordProblem(
                keyPath: "kept", message: "lists \(kept.count), but the groups keep \(keptCount)")
        }
        let readCount = groups.reduce(0) { $0 + $1.read }
        guard readCount == read else {
            throw RecordProblem(keyPath: "read", message: "is \(read), but the groups read \(readCount)")
        }
        let reasons = groups.reduce(into: [:]) { sums, account in
            sums.merge(account.dropped, uniquingKeysWith: +)
        }
        for reason in DropReason.allCases.map(\.rawValue) where reasons[reason] != dropped[reason] {
            throw RecordProblem(
                keyPath: "dropped.\(reason)",
                message: "is \(dropped[reason] ?? 0), but the groups drop \(reasons[reason] ?? 0)")
        }
        // Each group ranks what it keeps from 1 without a gap.
        let ranks = groups.flatMap { $0.kept > 0 ? Array(1...$0.kept) : [] }.sorted()
        let listed = kept.map(\.rank).sorted()
        if let (listed, _) = zip(listed, ranks).first(where: { $0 != $1 }) {
            throw RecordProblem(
                keyPath: "kept", message: "lists rank \(listed) more or less often than the groups have it")
        }
    }

    /// The sum of counts by reason.
    static func total(of dropped: [String: Int], at keyPath: String) throws(RecordProblem) -> Int {
        var total = 0
        for (reason, count) in dropped.sorted(by: { $0.key < $1.key }) {
            guard DropReason(rawValue: reason) != nil else {
                throw RecordProblem(
                    keyPath: "\(keyPath).\(reason.prefix(40))",
                    message: "is no reason, expected one of "
                        + DropReason.allCases.map(\.rawValue).joined(separator: ", "))
            }
            try checkCount(count, at: "\(keyPath).\(reason)")
            // So few numbers below ``TopPercentage/largestCount`` cannot run over.
            total += count
        }
        return total
    }

    static func checkCount(_ count: Int, at keyPath: String) throws(RecordProblem) {
        guard (0...TopPercentage.largestCount).contains(count) else {
            throw RecordProblem(
                keyPath: keyPath,
                message: "is \(count), expected a count from 0 to \(TopPercentage.largestCount)")
        }
    }
}

extension SelectionCriteria {
    fileprivate func check() throws(RecordProblem) {
        if let (key, problem) = firstProblem {
            throw RecordProblem(keyPath: "criteria.\(key)", message: problem)
        }
    }
}

extension SelectionGroup {
    fileprivate func check(against criteria: SelectionCriteria, at path: String) throws(RecordProblem) {
        guard Set(group.keys) == Set(criteria.group.map(\.rawValue)) else {
            throw RecordProblem(
                keyPath: "\(path).group", message: "has other keys than the parts that criteria.group names")
        }
        let counts = [
            ("read", read), ("n", n), ("k", k), ("kept", kept), ("tied_at_cut", tiedAtCut),
            ("tied_kept", tiedKept),
        ]
        for (key, count) in counts { try Selection.checkCount(count, at: "\(path).\(key)") }
        let sum = kept + (try Selection.total(of: dropped, at: "\(path).dropped"))
        guard sum == read else {
            throw RecordProblem(
                keyPath: "\(path).read", message: "is \(read), but kept and dropped add up to \(sum)")
        }
        let competed =
            kept + (dropped[DropReason.lostTie.rawValue] ?? 0) + (dropped[DropReason.belowCut.rawValue] ?? 0)
        guard n == competed else {
            throw RecordProblem(
                keyPath: "\(path).n",
                message: "is \(n), but kept, lost_tie and below_cut add up to \(competed)")
        }
        guard k == criteria.top.share(of: n) else {
            throw RecordProblem(
                keyPath: "\(path).k",
                message: "is \(k), but \(criteria.top) % of \(n) is \(criteria.top.share(of: n))")
        }
        try checkCut(of: criteria, at: path)
    }

    private func checkCut(of criteria: SelectionCriteria, at path: String) throws(RecordProblem) {
        guard kept == k || criteria.ties == .all && k > 0 && (k...n).contains(kept) else {
            throw RecordProblem(
                keyPath: "\(path).kept",
                message: "is \(kept), expected the share \(k)" + (criteria.ties == .all ? " or more" : ""))
        }
        guard tiedKept <= tiedAtCut, tiedKept <= kept else {
            throw RecordProblem(
                keyPath: "\(path).tied_kept",
                message: "is \(tiedKept), more than tied_at_cut (\(tiedAtCut)) or kept (\(kept))")
        }
        let isRight = cutReward.map { (0...1).contains($0) && k > 0 } ?? (k == 0)
        guard isRight else {
            throw RecordProblem(
                keyPath: "\(path).cut_reward",
                message: "is \(cutReward.map { "\($0)" } ?? "null"), expected "
                    + (k == 0 ? "null where nothing is kept" : "a reward from 0 to 1"))
        }
        guard cutScore.map({ $0 >= 0 && $0.isFinite && k > 0 }) ?? (k == 0) else {
            throw RecordProblem(
                keyPath: "\(path).cut_score",
                message: "is \(cutScore.map { "\($0)" } ?? "null"), expected "
                    + (k == 0 ? "null where nothing is kept" : "a score of 0 or more"))
        }
    }
}
