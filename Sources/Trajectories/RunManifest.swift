import JSONLines

/// `run.json`: what a run directory holds and how it came about. No clock in it, so a sealed run has the same bytes.
public struct RunManifest: Codable, Sendable, Hashable {
    /// The schema this module reads and writes.
    public static let schemaName = "recode.run.v1"

    /// Whether the run takes more episodes.
    public enum State: String, Codable, Sendable, Hashable {
        /// Episodes are being appended, or were until something stopped it.
        case collecting
        /// All episodes are in and the shards are in canonical order.
        case complete
    }

    /// Always ``schemaName``.
    public var schema: String
    /// Whether the run takes more episodes.
    public var state: State
    /// What was asked for. A directory belongs to one recipe.
    public var recipe: JSONValue
    /// Versions of what took part, by name.
    public var versions: [String: String]
    /// Versions of what the machines were running, by name, each once in the order they came: unlike ``versions``, a
    /// run may go on under others. Absent from runs of other makers.
    public var platform: [String: [String]]?
    /// Totals over all episodes; `nil` while collecting.
    public var counts: RunCounts?
    /// The shards in reading order; empty while collecting.
    public var shards: [Shard]
    /// The calls of the language model; `nil` while collecting and where none answered.
    public var calls: Shard?
    /// What those calls cost, added up in the order they stand; `nil` where ``calls`` is.
    public var usage: Usage?

    init(recipe: JSONValue, versions: [String: String], platform: [String: String] = [:]) {
        schema = Self.schemaName
        state = .collecting
        self.recipe = recipe
        self.versions = versions
        shards = []
        if !platform.isEmpty { self.platform = platform.mapValues { [$0] } }
    }

    /// Adds the versions of a machine that goes on with the run.
    mutating func add(platform other: [String: [String]]) {
        guard !other.isEmpty else { return }
        platform = (platform ?? [:]).merging(other) { old, new in old + new.filter { !old.contains($0) } }
    }

    /// Encodes every key; absent values are null.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(schema, forKey: .schema)
        try container.encode(state, forKey: .state)
        try container.encode(recipe, forKey: .recipe)
        try container.encode(versions, forKey: .versions)
        try container.encodeIfPresent(platform, forKey: .platform)
        try container.encode(counts, forKey: .counts)
        try container.encode(shards, forKey: .shards)
        // Left out where there is none: runs of scripted policies look as they always did.
        try container.encodeIfPresent(calls, forKey: .calls)
        try container.encodeIfPresent(usage, forKey: .usage)
    }
}

/// One file of a sealed run, with what is needed to check it.
public struct Shard: Codable, Sendable, Hashable {
    /// The path inside the run directory.
    public var name: String
    /// Size, lines and checksum.
    public var digest: FileDigest

    private enum CodingKeys: CodingKey {
        case name
    }

    init(name: String, digest: FileDigest) {
        self.name = name
        self.digest = digest
    }

    /// Decodes `name` and, beside it, the digest's keys.
    public init(from decoder: any Decoder) throws {
        name = try decoder.container(keyedBy: CodingKeys.self).decode(String.self, forKey: .name)
        digest = try FileDigest(from: decoder)
    }

    /// Encodes `name` and, beside it, the digest's keys.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try digest.encode(to: encoder)
    }
}

/// Totals over the episodes of a run. Sums only, so the order of adding does not matter.
public struct RunCounts: Codable, Sendable, Hashable {
    /// How many episodes there are.
    public var trajectories = 0
    /// How many the environment called a success.
    public var successes = 0
    /// Primitive actions in all of them.
    public var steps = 0
    /// Prompts answered in all of them.
    public var calls = 0
    /// How many ended for which reason.
    public var ended: [String: Int] = [:]

    /// Makes totals of nothing.
    public init() {}

    /// Adds one episode.
    public mutating func add(_ trajectory: Trajectory) {
        trajectories += 1
        successes += trajectory.success ? 1 : 0
        steps += trajectory.steps
        calls += trajectory.calls
        ended[trajectory.ended.rawValue, default: 0] += 1
    }
}

extension RunManifest {
    static func read(_ path: String) throws(TrajectoriesError) -> RunManifest {
        let bytes = try TrajectoriesError.translating { () throws(JSONLinesError) in
            try AtomicFile.read(path, byteLimit: 256 << 20)
        }
        let manifest: RunManifest
        do {
            manifest = try RecordProblem.decode(RunManifest.self, from: bytes)
        } catch {
            throw TrajectoriesError(
                .badRun,
                "\(path): no run manifest: \(error.text). Restore the file, or collect into another directory."
            )
        }
        try manifest.requireOwnFiles(path)
        return manifest
    }

    /// A manifest that came from elsewhere must not lead out of its directory.
    private func requireOwnFiles(_ path: String) throws(TrajectoriesError) {
        var named = shards.indices.map { (key: "shards[\($0)]", shards[$0].name, RunFiles.partName($0)) }
        if let calls { named.append((key: "calls", calls.name, RunFiles.callsName)) }
        for (key, name, expected) in named where name != expected {
            throw TrajectoriesError(
                .badRun,
                "\(path): \(key).name is \(name.debugDescription), expected \"\(expected)\". "
                    + "Restore the file, or collect into another directory.")
        }
    }

    /// The manifest without keys.
    func redacted(by secrets: SecretFilter) throws(TrajectoriesError) -> RunManifest {
        do {
            return try secrets.redacted(self)
        } catch {
            throw TrajectoriesError(.badRun, "the recipe cannot be written as JSON", cause: "\(error)")
        }
    }

    func write(to path: String) throws(TrajectoriesError) {
        let bytes: [UInt8]
        do {
            bytes = try CanonicalJSON.encodePretty(self)
        } catch {
            throw TrajectoriesError(
                .badRun, "\(path): the recipe cannot be written as JSON", cause: "\(error)")
        }
        try TrajectoriesError.translating { () throws(JSONLinesError) in
            try AtomicFile.write(bytes, to: path, links: .refused)
        }
    }
}

/// The first place where two JSON values differ.
public struct JSONDifference: Sendable, Hashable {
    /// Where it is, from the path given.
    public var keyPath: String
    /// What stands there in the first, cut to 80 characters.
    public var first: String
    /// What stands there in the second.
    public var second: String

    /// Compares two values, keys in sorted order; `nil` where they are equal.
    public init?(_ first: JSONValue?, _ second: JSONValue?, at keyPath: String) {
        if first == second { return nil }
        switch (first, second) {
        case (.object(let left)?, .object(let right)?):
            for key in Set(left.keys).union(right.keys).sorted() {
                if let inner = JSONDifference(left[key], right[key], at: "\(keyPath).\(key)") {
                    self = inner
                    return
                }
            }
            return nil
        case (.array(let left)?, .array(let right)?):
            for index in 0..<max(left.count, right.count) {
                let pair = [left, right].map { $0.indices.contains(index) ? $0[index] : nil }
                if let inner = JSONDifference(pair[0], pair[1], at: "\(keyPath)[\(index)]") {
                    self = inner
                    return
                }
            }
            return nil
        default:
            self.keyPath = keyPath
            self.first = Self.text(first)
            self.second = Self.text(second)
        }
    }

    private static func text(_ value: JSONValue?) -> String {
        guard let value, let bytes = try? CanonicalJSON.encode(value) else { return "absent" }
        let text = String(decoding: bytes, as: UTF8.self)
        return text.count <= 80 ? text : text.prefix(80) + "…"
    }
}
