import Trajectories

/// Where an episode that was played again is not what was recorded.
public struct EpisodeDifference: Error, Sendable, Hashable {
    /// The node's position; `nil` for the episode as a whole.
    public var node: Int?
    /// The field, such as `actions[2].action` or `printed`.
    public var field: String
    /// What the record says, cut to a few words.
    public var recorded: String
    /// What came now, cut to a few words.
    public var now: String

    init(node: Int?, field: String, recorded: String, now: String) {
        self.node = node
        self.field = field
        (self.recorded, self.now) = Self.excerpts(recorded, now)
    }

    /// `node 3, printed: “a” in the record, “b” when played again`.
    public var words: String {
        "\(node.map { "node \($0), " } ?? "")\(field): \(recorded) in the record, \(now) when played again"
    }

    /// Both texts from shortly before the place where they part.
    private static func excerpts(_ first: String, _ second: String) -> (String, String) {
        let common = zip(first, second).prefix { $0 == $1 }.count
        func excerpt(_ text: String) -> String {
            let start = max(0, common - 20)
            let rest = text.dropFirst(start)
            return "“\(start > 0 ? "…" : "")\(rest.prefix(80))\(rest.count > 80 ? "…" : "")”"
        }
        return (excerpt(first), excerpt(second))
    }
}

extension EpisodeDifference {
    /// The first difference of what came now from a record; `nil` where there is none.
    ///
    /// What answers cost is not compared: it was taken from the record of a model, which nobody asks here.
    init?(of outcome: EpisodeOutcome, from trajectory: Trajectory) {
        for (recorded, now) in zip(trajectory.nodes, outcome.nodes) {
            guard let (field, first, second) = Self.field(of: recorded, now) else { continue }
            self.init(node: recorded.id, field: field, recorded: first, now: second)
            return
        }
        let whole: [(field: String, recorded: String, now: String)] = [
            ("nodes", "\(trajectory.nodes.count) nodes", "\(outcome.nodes.count) nodes"),
            ("ended", trajectory.ended.rawValue, outcome.ended.rawValue),
            ("ended_detail", trajectory.endedDetail ?? "null", outcome.endedDetail ?? "null"),
            ("steps", "\(trajectory.steps)", "\(outcome.steps)"),
            ("calls", "\(trajectory.calls)", "\(outcome.calls)"),
        ]
        for field in whole where field.recorded != field.now {
            self.init(node: nil, field: field.field, recorded: field.recorded, now: field.now)
            return
        }
        // Each change of the reward is recorded in hundredths, rounded by itself.
        guard abs(trajectory.reward - outcome.reward) > 0.005 * Double(outcome.steps) + 1e-9 else {
            return nil
        }
        self.init(
            node: nil, field: "reward", recorded: "\(trajectory.reward)",
            now: "\((outcome.reward * 100).rounded() / 100)")
    }

    /// The first field in which two nodes differ.
    private static func field(of recorded: Node, _ now: Node) -> (String, String, String)? {
        guard recorded != now else { return nil }
        let pairs: [(String, String, String)] = [
            ("parent", "\(recorded.parent ?? -1)", "\(now.parent ?? -1)"),
            ("attempt", "\(recorded.attempt)", "\(now.attempt)"),
            ("kind", recorded.kind.rawValue, now.kind.rawValue), ("code", recorded.code, now.code),
            ("inputs", "\(recorded.inputs)", "\(now.inputs)"),
            ("outputs", "\(recorded.outputs)", "\(now.outputs)"),
            ("expansion.variables", text(recorded.expansion?.variables), text(now.expansion?.variables)),
            ("expansion.attempts", text(recorded.expansion?.attempts), text(now.expansion?.attempts)),
            ("expansion.response", recorded.expansion?.response ?? "null", now.expansion?.response ?? "null"),
            ("expansion.thought", recorded.expansion?.thought ?? "null", now.expansion?.thought ?? "null"),
            ("expansion.code", recorded.expansion?.code ?? "null", now.expansion?.code ?? "null"),
            ("actions", text(recorded.actions), text(now.actions)),
            ("printed", "\(recorded.printed)", "\(now.printed)"),
            ("error", recorded.error ?? "null", now.error ?? "null"),
            ("status", recorded.status.rawValue, now.status.rawValue),
            ("lost_outputs", "\(recorded.lostOutputs)", "\(now.lostOutputs)"),
        ]
        // Texts that mean the same characters in other bytes are no difference to Swift, and none here.
        return pairs.first { $0.1 != $0.2 } ?? ("depth", "\(recorded.depth)", "\(now.depth)")
    }

    private static func text(_ value: some Encodable) -> String {
        (try? CanonicalJSON.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "\(value)"
    }
}
