/// What the numbers of a source's `reward` mean.
public enum RewardScale: String, Codable, Sendable, Hashable, CaseIterable {
    /// 0 is nothing, 1 is all.
    case unit = "0-1"
    /// 0 is nothing, 100 is all; ScienceWorld's penalties down to -100 count as nothing.
    case percent = "0-100"
    /// The same as `unit`, with penalties down to -1.
    case unitWithPenalties = "-1..1"
    /// The same as `percent`, with penalties down to -100 in any environment.
    case percentWithPenalties = "-100..100"

    /// The number that is all.
    public var highest: Double {
        switch self {
        case .unit, .unitWithPenalties: 1
        case .percent, .percentWithPenalties: 100
        }
    }

    /// The lowest number an environment gives on this scale.
    public func lowest(in environment: String) -> Double {
        switch self {
        case .unit: 0
        case .percent: environment == "scienceworld" ? -100 : 0
        case .unitWithPenalties: -1
        case .percentWithPenalties: -100
        }
    }

    /// The reward from 0 to 1; a penalty is 0, as collecting has it.
    public func reward(of native: Double) -> Double {
        min(1, max(0, native / highest))
    }

    /// Numbers beyond these are on no scale.
    static let largest = 100.0
}

/// A reward that was read, and where.
struct StatedReward: Sendable, Hashable {
    var value: Double
    /// The file's path.
    var file: String
    /// The file's name, and where in it.
    var place: String
}

/// What one file's rewards say of their scale, by themselves.
private struct FileRewards {
    var path: String
    var count: Int
    /// How many are above 1, which only 0-100 has.
    var large: Int
    /// Whether they may be on 0-1 and one of them would be another reward on 0-100; 0 is nothing on both.
    var isWithinUnit: Bool

    init(_ path: String, _ rewards: [StatedReward]) {
        self.path = path
        count = rewards.count
        large = rewards.count { $0.value > 1 }
        isWithinUnit = large == 0 && rewards.contains { $0.value > 0 }
    }
}

extension RewardScale {
    /// Holds a stated scale against the rewards, or tells the scale from them.
    ///
    /// - Parameters:
    ///   - stated: what the user says; `nil` to tell it.
    ///   - rewards: all that were read and are on some scale.
    ///   - environment: where they were given.
    /// - Throws: `rewardScale` where the stated one does not fit, or where the rewards fit several or none.
    static func settled(
        stated: RewardScale?, rewards: [StatedReward], environment: String
    ) throws(ImportError) -> RewardScale {
        guard let stated else { return try detected(in: rewards) }
        let range = stated.lowest(in: environment)...stated.highest
        let outside = rewards.filter { !range.contains($0.value) }
        guard let first = outside.first else { return stated }
        throw ImportError(
            .rewardScale,
            "--reward-scale \(stated.rawValue): \(outside.count) of \(rewards.count) rewards are not on this scale: "
                + "\(list(outside)). The first is that of \(first.place). State the scale these rewards are on."
        )
    }

    private static func detected(in rewards: [StatedReward]) throws(ImportError) -> RewardScale {
        let negative = rewards.filter { $0.value < 0 }
        let fractions = rewards.filter { $0.value > 0 && $0.value < 1 }
        let large = rewards.filter { $0.value > 1 }
        guard negative.isEmpty else {
            throw undecided("some are negative: \(list(negative))")
        }
        try requireAgreement(rewards)
        switch (fractions.isEmpty, large.isEmpty) {
        case (false, true): return .unit
        case (true, false): return .percent
        case (false, false):
            throw undecided(
                "some are between 0 and 1 (\(list(fractions))) and some above 1 (\(list(large)))")
        case (true, true):
            // Without any reward there is nothing to scale.
            guard !rewards.isEmpty else { return .unit }
            throw undecided(
                "every one is exactly 0 or 1 (\(list(rewards))), and 1 may be all or one in a hundred")
        }
    }

    /// Files are told apart: 1 may be all in one and a hundredth in the next.
    private static func requireAgreement(_ rewards: [StatedReward]) throws(ImportError) {
        let files = Dictionary(grouping: rewards, by: \.file).map { FileRewards($0.key, $0.value) }
            .sorted { $0.path < $1.path }
        let within = files.filter(\.isWithinUnit)
        let beyond = files.filter { $0.large > 0 }
        guard !within.isEmpty, !beyond.isEmpty else { return }
        throw ImportError(
            .rewardScale,
            "the files do not agree on the scale of rewards. No reward is above 1 in "
                + "\(list(within.map { "\($0.path) (\($0.count))" })); some are in "
                + "\(list(beyond.map { "\($0.path) (\($0.large) of \($0.count))" })). Where all are on one scale, state it: "
                + "--reward-scale 0-100. Else import each into a run of its own, with its --reward-scale.")
    }

    private static func undecided(_ why: String) -> ImportError {
        ImportError(
            .rewardScale,
            "the rewards do not say which scale they are on: \(why). State it: --reward-scale 0-1 or "
                + "--reward-scale 0-100 (with penalties: -1..1, -100..100).")
    }

    private static func list(_ rewards: [StatedReward]) -> String {
        list(rewards.map { "\($0.value) in \($0.place)" })
    }

    /// The first three, and how many more there are.
    private static func list(_ words: [String]) -> String {
        words.prefix(3).joined(separator: ", ") + (words.count > 3 ? ", and \(words.count - 3) more" : "")
    }
}
