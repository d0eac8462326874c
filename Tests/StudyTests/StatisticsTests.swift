import Study
import TestProcesses
import Testing
import Trajectories

/// Means, deviations, shares, correlations and confidence intervals against numpy's (reference_statistics.py).
@Suite struct StatisticsTests {
    private struct Sample: Codable {
        var numbers: [Double]
        var flags: [Bool]
    }

    private struct Answer: Codable {
        var mean: Double
        var sd: Double
        var share: Double
        var r: Double?
        var low: Double?
        var high: Double?
    }

    /// Rewards as environments give them: few values, many ties, often all the same.
    private static func sample(_ generator: inout SeededGenerator) -> Sample {
        let scales: [[Double]] = [
            [1], [0, 1], [0, 0.25, 0.5, 0.75, 1], [0.1, 0.2, 0.3], (0...100).map { Double($0) / 100 },
        ]
        let scale = scales.randomElement(using: &generator) ?? [1]
        let count = Int.random(in: 1...60, using: &generator)
        let likelihoods = [0, 0.1, 0.5, 1]
        let likelihood = likelihoods.randomElement(using: &generator) ?? 0
        var sample = Sample(numbers: [], flags: [])
        for _ in 0..<count {
            let number = scale.randomElement(using: &generator) ?? 1
            // Flags go with the numbers, more or less.
            let bound = number < 0.5 ? likelihood : 0.4 * likelihood
            sample.numbers.append(number)
            sample.flags.append(Double.random(in: 0..<1, using: &generator) < bound)
        }
        return sample
    }

    @Test(arguments: [UInt64(1), 2, 3])
    func numbersAreNumpys(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let samples = (0..<300).map { _ in Self.sample(&generator) }
        let answers = try await ReferenceScript.answers(
            of: "Tests/StudyTests/reference_statistics.py", to: samples, as: Answer.self)
        #expect(answers.count == samples.count)
        var correlations = 0
        for (index, (sample, answer)) in zip(samples, answers).enumerated() {
            let (row, structure) = Self.counted(sample)
            let name = "sample \(index) of seed \(seed): \(sample)"
            #expect(Self.isNear(row.meanReward, answer.mean), "\(name)")
            #expect(Self.isNear(row.sdReward, answer.sd), "\(name)")
            #expect(Self.isNear(row.successRate, answer.share), "\(name)")
            let found = try #require(structure.lostOutputs?.reward)
            #expect(found.n == sample.numbers.count)
            #expect(Self.isNear(found.r, answer.r), "\(name): \(found), numpy \(answer)")
            #expect(Self.isNear(found.low, answer.low), "\(name): \(found), numpy \(answer)")
            #expect(Self.isNear(found.high, answer.high), "\(name): \(found), numpy \(answer)")
            correlations += answer.r == nil ? 0 : 1
        }
        // Both kinds come.
        #expect((50..<280).contains(correlations), "\(correlations)")
    }

    @Test func theOrderOfEpisodesMakesNoDifference() {
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<50 {
            let sample = Self.sample(&generator)
            let order = sample.numbers.indices.shuffled(using: &generator)
            let other = Sample(
                numbers: order.map { sample.numbers[$0] }, flags: order.map { sample.flags[$0] })
            #expect(Self.counted(other) == Self.counted(sample))
        }
    }

    @Test func fewerThanFourEpisodesAndValuesThatAreTheSameHaveNoCorrelation() {
        for (numbers, flags) in [
            ([0, 1, 1], [true, false, false]), ([1, 1, 1, 1], [true, false, true, false]),
            ([0, 1, 0, 1], [true, true, true, true]), ([], []),
        ] as [([Double], [Bool])] {
            let structure = Self.structure(Sample(numbers: numbers, flags: flags))
            #expect(structure.lostOutputs?.reward.r == nil)
            #expect(structure.lostOutputs?.reward.low == nil)
        }
        let whole = Self.structure(Sample(numbers: [0, 0, 1, 1], flags: [true, true, false, false]))
        #expect(whole.lostOutputs?.reward.r == -1)
        #expect(whole.lostOutputs?.reward.high == -1)
    }

    private static func counted(_ sample: Sample) -> (row: StudyRow, structure: StructureRow) {
        let members = zip(sample.numbers, sample.flags).map {
            StudyGroup.Member(reward: $0, success: $1, pairs: 1, steps: 1)
        }
        let group = StudyGroup(
            environment: "scienceworld", policy: "expert", sourceAgent: .recode, method: .recode, top: 100,
            members: members)
        return (StudyRow(of: group), structure(sample))
    }

    private static func structure(_ sample: Sample) -> StructureRow {
        let episodes = zip(sample.numbers, sample.flags).map { number, flag in
            let lost = flag ? 1 : 0
            return StructureGroup.Episode(
                reward: number, ended: .resolved,
                structure: EpisodeStructure(outputs: .init(declaring: 2, losing: lost, lost: lost)))
        }
        return StructureRow(
            of: StructureGroup(
                environment: "scienceworld", policy: "expert", agent: .recode, episodes: episodes))
    }

    /// Ours are rounded to six decimals.
    private static func isNear(_ value: Double?, _ reference: Double?) -> Bool {
        guard let value, let reference else { return value == nil && reference == nil }
        return abs(value - reference) < 0.5001e-6
    }
}
