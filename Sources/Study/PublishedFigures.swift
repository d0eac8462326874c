import Trajectories

/// Figures that the paper published, to hold a study against; none of them was measured here.
///
/// Rewards are 0…1, where the paper prints them times 100; costs are US dollars.
public struct PublishedFigures: Codable, Sendable, Hashable {
    /// Table 1: the data for fine-tuning, the top 40 % by reward.
    struct TrainingData: Codable, Sendable, Hashable {
        var environment: String
        var method: AgentKind
        var pairs: Int
        var tokens: Int
        var meanReward: Double
        /// `nil` where the paper prints none.
        var sdReward: Double?

        enum CodingKeys: String, CodingKey {
            case environment, method, pairs, tokens
            case meanReward = "mean_reward"
            case sdReward = "sd_reward"
        }

        /// Writes every key, unknown values as `null`.
        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(environment, forKey: .environment)
            try container.encode(method, forKey: .method)
            try container.encode(pairs, forKey: .pairs)
            try container.encode(tokens, forKey: .tokens)
            try container.encode(meanReward, forKey: .meanReward)
            try container.encode(sdReward, forKey: .sdReward)
        }
    }

    /// Table 3: what a trajectory cost on average, over the paper's environments.
    struct Cost: Codable, Sendable, Hashable {
        var method: AgentKind
        var model: String
        var costPerTrajectoryUSD: Double

        enum CodingKeys: String, CodingKey {
            case method, model
            case costPerTrajectoryUSD = "cost_usd_per_trajectory"
        }
    }

    /// Table 5: pairs of the top p % by reward.
    struct PairsAtTop: Codable, Sendable, Hashable {
        var environment: String
        var method: AgentKind
        var top: Double
        var pairs: Int
    }

    /// Table 8: the shape of trees on the environment's unseen split.
    struct Shape: Codable, Sendable, Hashable {
        var environment: String
        var split: String
        var meanDepth: Double
        var sdDepth: Double
        var meanBranching: Double
        var sdBranching: Double
        var placeholderRatio: Double

        enum CodingKeys: String, CodingKey {
            case environment, split
            case meanDepth = "mean_depth"
            case sdDepth = "sd_depth"
            case meanBranching = "mean_branching"
            case sdBranching = "sd_branching"
            case placeholderRatio = "placeholder_ratio"
        }
    }

    /// Where they were published.
    public var source: String
    /// Table 1.
    var table1: [TrainingData]
    /// Table 3.
    var table3: [Cost]
    /// Table 5.
    var table5: [PairsAtTop]
    /// Table 8.
    var table8: [Shape]

    enum CodingKeys: String, CodingKey {
        case source
        case table1 = "table_1"
        case table3 = "table_3"
        case table5 = "table_5"
        case table8 = "table_8"
    }

    /// How the paper is named.
    static let paperName = "arXiv 2510.23564"

    /// What is kept for table 1.
    static let paperTop = 40.0

    /// The paper's figures for some environments; `nil` where it has none for any.
    public static func paper(for environments: Set<String>) -> PublishedFigures? {
        let figures = PublishedFigures(
            source: paperName, table1: allData.filter { environments.contains($0.environment) },
            table3: costs,
            table5: allPairs.filter { environments.contains($0.environment) },
            table8: allShapes.filter { environments.contains($0.environment) })
        return figures.table1.isEmpty ? nil : figures
    }

    private static let allData = [
        TrainingData(
            environment: "alfworld", method: .react, pairs: 27_607, tokens: 18_958_782, meanReward: 1),
        TrainingData(
            environment: "alfworld", method: .codeact, pairs: 5_049, tokens: 9_630_822, meanReward: 1),
        TrainingData(
            environment: "alfworld", method: .recode, pairs: 6_385, tokens: 4_962_898, meanReward: 1),
        TrainingData(
            environment: "scienceworld", method: .react, pairs: 12_833, tokens: 15_356_801, meanReward: 1,
            sdReward: 0),
        TrainingData(
            environment: "scienceworld", method: .codeact, pairs: 5_984, tokens: 15_189_063,
            meanReward: 0.608, sdReward: 0.2451),
        TrainingData(
            environment: "scienceworld", method: .recode, pairs: 3_500, tokens: 3_986_769, meanReward: 0.885,
            sdReward: 0.1458),
        TrainingData(
            environment: "webshop", method: .react, pairs: 7_181, tokens: 9_409_144, meanReward: 0.823,
            sdReward: 0.2115),
        TrainingData(
            environment: "webshop", method: .codeact, pairs: 3_853, tokens: 9_214_185, meanReward: 0.946,
            sdReward: 0.1036),
        TrainingData(
            environment: "webshop", method: .recode, pairs: 2_473, tokens: 2_662_276, meanReward: 0.975,
            sdReward: 0.0705),
    ]

    private static let costs = [
        Cost(method: .react, model: "GPT-4o mini", costPerTrajectoryUSD: 0.00896),
        Cost(method: .codeact, model: "GPT-4o mini", costPerTrajectoryUSD: 0.01215),
        Cost(method: .recode, model: "GPT-4o mini", costPerTrajectoryUSD: 0.00189),
    ]

    private static let allPairs = [
        (10.0, 3_094, 688), (20.0, 6_320, 1_713), (30.0, 9_488, 2_499), (40.0, 12_833, 3_500),
    ].flatMap { top, react, recode in
        [
            PairsAtTop(environment: "scienceworld", method: .react, top: top, pairs: react),
            PairsAtTop(environment: "scienceworld", method: .recode, top: top, pairs: recode),
        ]
    }

    private static let allShapes = [
        Shape(
            environment: "alfworld", split: "test", meanDepth: 1.93, sdDepth: 0.45, meanBranching: 3.87,
            sdBranching: 2.36, placeholderRatio: 0.19),
        Shape(
            environment: "scienceworld", split: "test", meanDepth: 5.6, sdDepth: 3.34, meanBranching: 8.02,
            sdBranching: 5.5, placeholderRatio: 0.11),
        Shape(
            environment: "webshop", split: "test", meanDepth: 3.97, sdDepth: 0.65, meanBranching: 5.68,
            sdBranching: 3.71, placeholderRatio: 0.17),
    ]
}
