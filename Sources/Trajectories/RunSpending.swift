import JSONLines

/// What collecting has taken so far: episodes, and the answers of language models.
public struct RunSpending: Sendable, Hashable {
    /// How many episodes are in.
    public var episodes = 0
    /// What all calls cost together.
    public var usage = Usage.zero
    /// What those calls cost whose price is known, in US dollars.
    public var knownCostUSD = 0.0

    /// Nothing.
    public init() {}

    /// Adds what another run has taken.
    public mutating func add(_ other: RunSpending) {
        episodes = episodes.addingClamped(other.episodes)
        usage.add(other.usage)
        knownCostUSD += other.knownCostUSD
    }
}

extension RunDirectory {
    /// What the run has taken so far, finished or not. Changes nothing: a last record or call that was cut off does not
    /// count.
    ///
    /// - Throws: `corrupt` or `badRecord` naming file and line where more than a tail is damaged.
    /// - Complexity: O(1) for a finished run whose prices are all known, else O(*n*) in its calls.
    public func spending() throws(TrajectoriesError) -> RunSpending {
        var spending = RunSpending()
        spending.episodes = try episodeCount()
        if isComplete, manifest.usage?.costUSD != nil || manifest.calls == nil {
            spending.usage = manifest.usage ?? .zero
            spending.knownCostUSD = spending.usage.costUSD ?? 0
            return spending
        }
        let path = RunFiles(path: path).calls
        guard Directory.isPresent(path) else { return spending }
        let reader = try CallReader(path: path)
        do {
            while let (record, _) = try reader.next() {
                spending.usage.add(record.usage)
                spending.knownCostUSD += record.usage.costUSD ?? 0
            }
        } catch  where error.code == .truncated {
            return spending
        }
        return spending
    }

    private func episodeCount() throws(TrajectoriesError) -> Int {
        if isComplete, let counts = manifest.counts { return counts.trajectories }
        let reader = try trajectories(tornTail: .endBefore)
        var count = 0
        while try reader.next() != nil { count += 1 }
        return count
    }
}
