import FoundationEssentials
import JSONLines
import TemporaryFiles
import TestProcesses

@testable import Trajectories

/// A run that a process of its own collects: made-up episodes, real files, synced as always.
struct CollectorRun {
    /// How many episodes the run has.
    static let episodeCount = 30

    /// The run directory.
    let path: String

    /// The process that collects it, or goes on with it.
    var process: ObservedProcess {
        ObservedProcess(ObservedProcess.built("CollectorProcess"), arguments, in: "/")
    }

    /// The same, which stands still once it has said that it has come to a phase.
    func process(stoppingIn phase: CollectorPhase) -> ObservedProcess {
        ObservedProcess(
            ObservedProcess.built("CollectorProcess"), arguments + [phase.rawValue], in: "/")
    }

    /// The same on a small disk.
    func process(on disk: SmallDisk) -> ObservedProcess {
        disk.process(ObservedProcess.built("CollectorProcess"), arguments, in: "/")
    }

    private var arguments: [String] { [path, "\(Self.episodeCount)"] }

    /// The ids that are committed: all of them, whatever is torn behind them.
    func committed() throws -> Set<String> {
        guard Directory.isPresent("\(path)/run.json") else { return [] }
        let reader = try RunDirectory.open(path).trajectories(tornTail: .endBefore)
        var ids: Set<String> = []
        while let trajectory = try reader.next() { ids.insert(trajectory.id) }
        return ids
    }

    /// Every file of the run, by name, without the durations.
    func contents() throws -> [String: Data] {
        var contents: [String: Data] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: path) where name != "timings.jsonl" {
            guard !Directory.isDirectory("\(path)/\(name)") else { continue }
            contents[name] = try Data(contentsOf: URL(filePath: "\(path)/\(name)"))
        }
        return contents
    }

    /// How often the durations of each episode stand in `timings.jsonl`.
    func timingCounts() throws -> [Int] {
        let lines = try JSONLinesReader(path: "\(path)/timings.jsonl")
        var counts: [[UInt8]: Int] = [:]
        while let line = try lines.next() { counts[line.bytes, default: 0] += 1 }
        return Array(counts.values)
    }
}

extension ObservedProcess.Outcome {
    /// The ids of the episodes it began to play.
    var played: Set<String> {
        Set(lines.compactMap { $0.text.hasPrefix("plays ") ? String($0.text.dropFirst(6)) : nil })
    }

    /// What it was at when it ended.
    var lastPhase: CollectorPhase? {
        lines.compactMap { CollectorPhase(rawValue: $0.text) }.last
    }
}

/// What a collector goes through, as ``CollectorProcess`` says it.
enum CollectorPhase: String, CaseIterable {
    /// Opening the run, and cutting what is torn.
    case begins
    case collecting
    case sealing
    case sealed
}
