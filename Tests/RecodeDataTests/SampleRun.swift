import Trajectories

/// The real episodes of data/samples, and runs made of them.
enum SampleRun {
    /// Where they are.
    static let path =
        "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/data/samples/run"

    /// The episodes.
    static func trajectories() throws -> [Trajectory] {
        let reader = try RunDirectory.open(path).trajectories()
        var trajectories: [Trajectory] = []
        while let trajectory = try reader.next() { trajectories.append(trajectory) }
        return trajectories
    }

    /// Writes the episodes once more, worse: half the reward, and every answer has another thought and comes after `attempts`.
    static func writeWorse(to path: String, attempts: [Attempt] = []) throws {
        let episodes = try trajectories().map { trajectory in
            var worse = trajectory
            worse.id = Digest.sha256Hex(of: "worse \(trajectory.id)".utf8).prefix(32).description
            worse.repeat = 1
            worse.reward = trajectory.reward / 2
            for index in worse.nodes.indices where worse.nodes[index].expansion != nil {
                worse.nodes[index].expansion?.thought = "Let us see."
                worse.nodes[index].expansion?.attempts = attempts
            }
            return worse
        }
        let start = try RunCollector.begin(
            at: path, recipe: ["made": "up"], versions: ["test": "1"], unfinished: .refuse)
        guard case .collecting(let collector) = start else { return }
        for episode in episodes { try collector.append(episode) }
        _ = try collector.seal(order: episodes.map(\.id))
    }
}
