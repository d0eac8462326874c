import FoundationEssentials
import JSONLines
import Trajectories

/// The program as a user runs it: what comes after collection, and the same bytes whatever the number of lanes.
struct WholeProgramBench {
    let program: String
    let pipeline: String
    let rounds: Int

    func run() async throws -> String {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        var digests: [String] = []
        var after = Measurement()
        for (index, lanes) in [1, 2, 1, 2].enumerated() {
            let out = "\(folder.path)/\(index)"
            try await Program.run(program, ["run", pipeline, "--out", out, "--concurrency", "\(lanes)"])
            digests.append(try Self.digest(of: out))
        }
        for _ in 0..<max(rounds, 3) {
            for part in ["selection", "export", "count.json", "count.md"] {
                try? FileManager.default.removeItem(atPath: "\(folder.path)/0/\(part)")
            }
            _ = try await after.time {
                try await Program.run(program, ["run", pipeline, "--out", "\(folder.path)/0"])
            }
        }
        let again = try Self.digest(of: "\(folder.path)/0")
        let isSame = Set(digests + [again]).count == 1
        return """
            ## The whole pipeline

            `recode-data run \(pipeline)`, from collected episodes to selections, exports and counts, and the same pipeline collected four
            times.

            | what | figure |
            | --- | ---: |
            | everything after collection, seconds (promised: under 3) | \(Measurement.summary(after.seconds)) |
            | trajectories and exports byte-identical at 1, 2, 1 and 2 lanes, and exported again | \(isSame ? "yes" : "NO") |
            | SHA-256 over all of them | `\(digests[0].prefix(16))…` |

            """
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
