import Import
import JSONLines
import ReferenceEpisodes
import TemporaryFiles
import Testing
import Trajectories

/// What an import gave.
struct Imported {
    var trajectories: [Trajectory] = []
    var records: [ImportedRecord] = []
    var summary = ImportSummary()

    /// Imports files of a directory.
    init(
        _ paths: [String], in directory: TemporaryDirectory, logs: String? = nil,
        format: ImportFormat = .recodeResults, split: Split? = .train, scale: RewardScale? = nil,
        missingReward: Double? = nil, environment: String = "scienceworld"
    ) throws {
        let importer = try Importer(
            paths: paths.map(directory.file), logs: logs.map(directory.file),
            settings: ImportSettings(
                format: format, environment: environment, split: split, rewardScale: scale,
                missingReward: missingReward))
        var trajectories: [Trajectory] = []
        var records: [ImportedRecord] = []
        summary = try importer.run {
            // What cannot be stored would only show later.
            _ = try TrajectoryCodec.encode($0)
            trajectories.append($0)
        } report: {
            records.append($0)
        }
        (self.trajectories, self.records) = (trajectories, records)
    }

    /// The codes of a record's issues, each once, sorted.
    func codes(_ index: Int = 0) -> [String] {
        Set(records[index].issues.map(\.code.rawValue)).sorted()
    }
}

extension TemporaryDirectory {
    /// Writes `results.json` and the episodes' logs as the reference implementation lays them out.
    func write(_ episodes: [ReferenceEpisode]) throws {
        _ = try write(try resultsFile(episodes.map(\.record)), to: "results.json")
        try Directory.create(file("running_logs"))
        for episode in episodes {
            _ = try write(Array(episode.log.utf8), to: "running_logs/instance_\(episode.instance).log")
        }
    }

    /// Writes a text.
    func write(_ text: String, to name: String) throws {
        _ = try write(Array(text.utf8), to: name)
    }
}

/// The message of the import error a body throws.
func importError(_ body: () throws -> Void) -> ImportError? {
    do {
        try body()
        return nil
    } catch {
        return error as? ImportError
    }
}
