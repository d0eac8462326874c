import Trajectories

/// A part of an export, with data files of its own: rows of test tasks never lie in `train-…`.
public enum DataSplit: String, Codable, Sendable, Hashable, CaseIterable {
    /// What is trained on.
    case train
    /// Tasks of the environment's train split that are kept back to watch the training: see ``Holdout``.
    case validation
    /// What the environment files under dev.
    case dev
    /// What the environment files under test.
    case test

    /// Where a row of a task lies.
    init(of split: Split, isHeldOut: Bool) {
        switch split {
        case .train: self = isHeldOut ? .validation : .train
        case .dev: self = .dev
        case .test: self = .test
        }
    }
}

/// Task instances that are kept back, whole, for validation: of all rows of an instance, whichever episode they are of, either
/// all are in `validation` or all in `train`.
public struct Holdout: Codable, Sendable, Hashable {
    /// How many of the task instances, above 0 and below 1.
    public var fraction: Double
    /// The seed of the hash that chooses them.
    public var seed: Int

    /// Makes a holdout from its parts.
    public init(fraction: Double, seed: Int) {
        self.fraction = fraction
        self.seed = seed
    }

    /// Which instances are kept back: those of the smallest hash, `fraction` of them rounded up, but never all.
    /// - Parameter taskIDs: the instances of the train split that there are rows of.
    public func chosen(of taskIDs: Set<String>) -> Set<String> {
        let count = min(Int((fraction * Double(taskIDs.count)).rounded(.up)), taskIDs.count - 1)
        guard count > 0 else { return [] }
        let ranked = taskIDs.map { (Digest.sha256Prefix(of: "\(seed)\n\($0)"), $0) }.sorted(by: <)
        return Set(ranked.prefix(count).map { $0.1 })
    }
}
