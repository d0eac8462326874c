import Study
import Trajectories

/// Finds out how episodes were played: whatever of their identity a study may compare, by the names it has in records.
///
/// The limits, the policy's model, sampling and prompts, and the recipe's bound on steps (an episode's own step limit is
/// its task's too). What says which episodes there are (tasks, split, variations, repeats, seed) is none of it.
struct EpisodeOptions {
    private struct Key: Hashable {
        var policy: PolicyRecord
        var limits: EpisodeLimits
        var maxSteps: JSONValue
    }

    /// Few combinations come in many episodes: each is put together once.
    private var known: [Key: [String: JSONValue]] = [:]

    /// The options of an episode.
    ///
    /// - Parameters:
    ///   - trajectory: the episode.
    ///   - recipe: what its run's `run.json` says was asked for; `null` where there is none.
    /// - Returns: values by name; a key of the sampling that tables have a column for already is named `sampling_KEY`.
    /// - Throws: `EncodingError` for a limit JSON does not have.
    mutating func values(of trajectory: Trajectory, _ recipe: JSONValue) throws -> [String: JSONValue] {
        var maxSteps = JSONValue.null
        if case .object(let keys) = recipe { maxSteps = keys["max_steps"] ?? .null }
        let key = Key(policy: trajectory.policy, limits: trajectory.limits, maxSteps: maxSteps)
        if let values = known[key] { return values }
        let values = try Self.values(of: key)
        known[key] = values
        return values
    }

    private static func values(of key: Key) throws -> [String: JSONValue] {
        var values = try CanonicalJSON.decode(
            [String: JSONValue].self, from: CanonicalJSON.encode(key.limits))
        values["step_limit"] = nil
        values["max_steps"] = key.maxSteps
        values["policy_model"] = .string(key.policy.model)
        values["prompt_sha256"] = key.policy.promptSHA256.map { .string($0) } ?? .null
        for (name, value) in key.policy.sampling {
            let isTaken = values[name] != nil || StudyTable.fixedColumns.contains(name)
            values[isTaken ? "sampling_\(name)" : name] = value
        }
        return values
    }
}
