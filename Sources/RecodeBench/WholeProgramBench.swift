import FoundationEssentials
import JSONLines
import Trajectories

/// The program as a user runs it: what comes after collection, and the same bytes whatever the number of lanes.
struct WholeProgramBench {
    let program: String
    let pipeline: String
    let collected: String?
    let repeated: String
    let rounds: Int

    func run() async throws -> String {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        var digests: [String] = []
        for (index, lanes) in [1, 2, 1, 2].enumerated() {
            let out = "\(folder.path)/\(index)"
            try await Program.run(program, ["run", repeated, "--out", out, "--concurrency", "\(lanes)"])
            digests.append(try Self.digest(of: out))
        }
        let after = try await timeAfterCollection(
            of: collected ?? (repeated == pipeline ? "\(folder.path)/0" : nil), in: folder)
        return """
            ## The whole pipeline

            | what | figure |
            | --- | ---: |
            | everything after collection of `\(pipeline)`: selections, exports, counts; seconds (promised: under 3) | \(Measurement.summary(after.seconds)) |
            | `\(repeated)`: trajectories and exports byte-identical at 1, 2, 1 and 2 lanes | \(Set(digests).count == 1 ? "yes" : "NO") |

            """
    }

    /// Runs the pipeline on episodes that are collected already, its other stages removed each time.
    private func timeAfterCollection(
        of collected: String?, in folder: TemporaryFolder
    ) async throws -> Measurement {
        let out = "\(folder.path)/pipeline"
        if let collected { try FileManager.default.copyItem(atPath: collected, toPath: out) }
        try await Program.run(program, ["run", pipeline, "--out", out])
        var after = Measurement()
        for _ in 0..<max(rounds, 3) {
            for part in ["selection", "export", "count.json", "count.md", "stages.json"] {
                try? FileManager.default.removeItem(atPath: "\(out)/\(part)")
            }
            _ = try await after.time { try await Program.run(program, ["run", pipeline, "--out", out]) }
        }
        return after
    }

    /// One digest over the names and bytes of every shard of trajectories and pairs.
    private static func digest(of directory: String) throws -> String {
        let files = FileManager.default
        var lines: [String] = []
        for path in try files.subpathsOfDirectory(atPath: directory).sorted()
        where path.hasSuffix(".jsonl.gz") {
            guard let data = files.contents(atPath: "\(directory)/\(path)") else { continue }
            lines.append("\(path) \(Digest.sha256Hex(of: data))")
        }
        guard !lines.isEmpty else { throw BenchError(message: "\(directory) holds no shards") }
        return Digest.sha256Hex(of: Array(lines.joined(separator: "\n").utf8))
    }
}
