import FoundationEssentials
import JSONLines
import Trajectories

/// Selecting among a great number of trajectories: what `recode-data filter` takes, in seconds and memory.
struct SelectionBench {
    let program: String
    let rounds: Int
    /// How many trajectories the made-up run has.
    let count: Int

    func run() async throws -> String {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let run = "\(folder.path)/run"
        let byteCount = try writeRun(at: run)
        var hash = Measurement()
        var shortest = Measurement()
        var peaks: [Double] = []
        for _ in 0..<rounds {
            peaks.append(
                try await PeakMemory.watch(every: .milliseconds(200)) {
                    try await hash.time { try await filter(run, "--ties", "hash") }
                })
            try await shortest.time { try await filter(run, "--ties", "shortest") }
        }
        let perTrajectory = Measurement.median(peaks) * 1_048_576 / Double(count)
        return """
            ## Selecting among very many trajectories

            A made-up sealed run of \(count) trajectories of five nodes (\(byteCount / count) bytes of JSON each), four to a task
            instance, rewards in hundredths, so that ties are everywhere. `recode-data filter --top 40`, from its start to the selection file;
            the run's checksum is checked first. Memory is that of benchmark and program together, at its highest.

            | what | seconds | trajectories/s | peak memory, MiB | bytes of a trajectory |
            | --- | ---: | ---: | ---: | ---: |
            | `--ties hash`: nodes are not looked at | \(Measurement.summary(hash.seconds)) | \(rate(hash)) | \(Measurement.summary(peaks, digits: 0)) | \(Measurement.fixed(perTrajectory, 0)) |
            | `--ties shortest`: every tree is decomposed | \(Measurement.summary(shortest.seconds)) | \(rate(shortest)) | | |

            """
    }

    private func rate(_ measured: Measurement) -> String {
        Measurement.fixed(Double(count) / Measurement.median(measured.seconds), 0)
    }

    private func filter(_ run: String, _ options: String...) async throws {
        try await Program.run(program, ["filter", run, "--top", "40", "--out", "\(run).json"] + options)
    }

    /// Writes a sealed run.
    /// - Returns: how many bytes its records have.
    private func writeRun(at path: String) throws -> Int {
        try Directory.create("\(path)/trajectories")
        var generator = SeededGenerator(seed: 1)
        let writer = try AtomicLinesWriter(
            path: "\(path)/trajectories/part-00000.jsonl.gz", compression: .gzip)
        var byteCount = 0
        for number in 0..<count {
            let line = try TrajectoryCodec.encode(trajectory(number, &generator))
            byteCount += line.count + 1
            try writer.append(line)
        }
        let digest = try writer.finish()
        var shard = try CanonicalJSON.decode([String: JSONValue].self, from: CanonicalJSON.encode(digest))
        shard["name"] = .string("trajectories/part-00000.jsonl.gz")
        let manifest = JSONValue.object([
            "schema": .string(RunManifest.schemaName), "state": .string("complete"), "recipe": .object([:]),
            "versions": .object([:]), "platform": .null, "counts": .null, "shards": .array([.object(shard)]),
            "calls": .null, "usage": .null,
        ])
        try AtomicFile.write(try CanonicalJSON.encode(manifest), to: "\(path)/run.json")
        return byteCount
    }

    private func trajectory(_ number: Int, _ generator: inout SeededGenerator) -> Trajectory {
        let reward = Double(Int.random(in: 0...100, using: &generator)) / 100
        let id = "\(generator.next())\(generator.next())".utf8
        let thought =
            "The room is shown, so the next thing to do is to look for the substance and to take it."
        func node(_ id: Int, _ parent: Int?, _ depth: Int, _ code: String, _ children: String?) -> Node {
            Node(
                id: id, parent: parent, depth: depth, kind: children == nil ? .code : .placeholder,
                code: code,
                status: children == nil ? .completed : .expanded,
                expansion: children.map {
                    Expansion(variables: [], thought: thought, code: $0, response: $0)
                },
                actions: children == nil
                    ? [Action(action: "look around", observation: "A kitchen with a stove.", reward: 0)] : [])
        }
        return Trajectory(
            id: String(Digest.sha256Hex(of: id).prefix(32)), taskID: "scienceworld/boil/\(number / 4)",
            environment: EnvironmentRecord(
                name: "scienceworld", version: "1.2.3", task: "boil", variation: number / 4, split: .train),
            instruction: "Your task is to boil water.", initialObservation: "A kitchen with a stove.",
            agent: .recode, policy: PolicyRecord(name: "made-up", model: "made-up"),
            limits: EpisodeLimits(stepLimit: 100), reward: reward,
            nativeReward: NativeReward(value: reward * 100, min: -100, max: 100), success: reward == 1,
            ended: .resolved, steps: Int.random(in: 5...80, using: &generator), calls: 2,
            usage: Usage(promptTokens: Int.random(in: 500...5000, using: &generator), completionTokens: 300),
            seed: 0, repeat: number % 4,
            nodes: [
                node(
                    0, nil, 0, "solve(instruction, observation)", "observation = run('look around')\nboil()"),
                node(1, 0, 1, "observation = run('look around')", nil),
                node(2, 0, 1, "boil()", "observation = run('wait')\nobservation = run('look')"),
                node(3, 2, 2, "observation = run('wait')", nil),
                node(4, 2, 2, "observation = run('look')", nil),
            ])
    }
}
