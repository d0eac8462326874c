/// Collections by this program and by one built from an earlier commit, in turn.
struct EarlierBench {
    let program: String
    let earlier: String
    let rounds: Int
    let concurrency: Int

    private struct Work {
        var title: String
        var arguments: [String]
    }

    /// ScienceWorld, where the environment takes most of the time, and WebShop, where executor and record do.
    private static let works = [
        Work(
            title: "ScienceWorld, ReCode, 30 episodes",
            arguments: ["--env", "scienceworld", "--agent", "recode", "--slip", "0.05", "--variations", "1"]),
        Work(
            title: "WebShop, ReCode, 200 episodes",
            arguments: ["--env", "webshop", "--synthetic", "1000", "--agent", "recode", "--limit", "200"]),
        Work(
            title: "WebShop, CodeAct, 200 episodes",
            arguments: ["--env", "webshop", "--synthetic", "1000", "--agent", "codeact", "--limit", "200"]),
    ]

    func run() async throws -> String {
        var rows: [String] = []
        for work in Self.works {
            var (now, before) = (Measurement(), Measurement())
            for _ in 0..<rounds {
                try await now.time { try await collect(work, with: program) }
                try await before.time { try await collect(work, with: earlier) }
            }
            let ratios = zip(now.seconds, before.seconds).map { $0 / $1 }
            rows.append(
                "| \(work.title) | \(Measurement.summary(now.seconds)) | \(Measurement.summary(before.seconds)) | "
                    + "\(Measurement.summary(ratios, digits: 3)) |")
        }
        return """
            ## Collection against an earlier build

            `recode-data collect --policy expert` with \(concurrency) lanes by both programs, from start to sealed run, in turn,
            \(rounds) rounds. The earlier one is what `--earlier` names.

            | what | seconds | seconds, earlier | ratio, pair by pair |
            | --- | ---: | ---: | ---: |
            \(rows.joined(separator: "\n"))

            """
    }

    private func collect(_ work: Work, with program: String) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try await Program.run(
            program,
            [
                "collect", "--policy", "expert", "--concurrency", "\(concurrency)", "--run",
                folder.path + "/run",
            ]
                + work.arguments)
    }
}
