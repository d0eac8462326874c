import Trajectories

/// What a prompt shows, held against what its answer names: read from the recorded code, apart from the expert's own
/// reading of its plans.
struct PromptSight {
    /// A thing an answer names although nothing in its prompt does.
    struct Gap: Hashable, CustomStringConvertible {
        var task: String
        var signature: String
        var thing: String
        var description: String { "\(task): \(signature) names \(thing)" }
    }

    /// Accepted answers that send actions.
    private(set) var answers = 0
    private(set) var gaps: [Gap] = []

    /// Reads every accepted answer of an episode.
    mutating func read(_ trajectory: Trajectory) {
        let task = trajectory.taskID.split(separator: "/").dropFirst().joined(separator: "/")
        read(trajectory.nodes, of: task)
    }

    /// Reads every accepted answer of a tree.
    mutating func read(_ nodes: [Node], of task: String) {
        for node in nodes where node.status == .expanded {
            guard let expansion = node.expansion else { continue }
            let code = nodes.filter { child in
                child.parent == node.id && child.kind != .placeholder && child.status != .failed
                    && child.status != .skipped
            }.map(\.code).joined(separator: "\n")
            guard code.contains("run(") else { continue }
            answers += 1
            let lines =
                [node.code.replacing("_", with: " ")]
                + expansion.variables.flatMap { $0.value.split(separator: "\n").map(String.init) }
            let shown = lines.map(Self.words)
            for thing in Set(Self.things(in: code)).sorted() {
                let wanted = Self.words(thing)
                guard !shown.contains(where: { wanted.isSubset(of: $0) }) else { continue }
                gaps.append(Gap(task: task, signature: node.code, thing: thing))
            }
        }
    }

    /// The things named by the actions in a piece of code, and by the lists its loops go through.
    static func things(in code: String) -> [String] {
        let actions = code.matches(of: /run\(f?'((?:[^'\\]|\\.)*)'\)/).map { String($0.1) }
        let listed = code.matches(of: /\[('[^']*'(?:, '[^']*')*)\]/).flatMap { list in
            list.1.matches(of: /'([^']*)'/).map { String($0.1) }
        }
        let objects = actions.compactMap { action in
            action.firstMatch(
                of:
                    #/^(?:pick up|focus on|look (?:at|in)|teleport to|(?:de)?activate|[a-z]+) (.+)$/#
            ).map { String($0.1) }
        }
        return (objects.filter { $0 != "around" } + listed).flatMap { phrase in
            phrase.split(separator: #/ (?:to|into|on|in|containing|and) /#).map { part in
                String(part).replacing(#/ (?:terminal \d|anode|cathode)$/#, with: "")
                    .replacing(#/^(?:the|an?) /#, with: "")
            }
        }.filter { thing in
            !["inventory", "substance", "anode", "cathode"].contains(thing) && !thing.contains("{")
        }
    }

    private static func words(_ text: String) -> Set<String> {
        Set(text.lowercased().split { !($0.isLetter || $0.isNumber) }.map(String.init))
    }
}
