import Trajectories

/// Why an episode of the reference implementation ended, read off its error, its log and its nodes.
struct EpisodeEnding: Sendable, Hashable {
    var reason: EndReason
    var detail: String?
    /// Whether the source does not say it outright.
    var isInferred = false

    init(_ tree: PlanTree, _ log: ExpansionLog?, error: String?, success: Bool) {
        if let error, error.hasPrefix("Timeout") {
            self.init(.timeLimit, error)
        } else if let node = tree.nodes.first(where: \.isBeyondStepLimit) {
            self.init(.stepLimit, node.error)
        } else if let error, error.hasPrefix("Step limit") {
            self.init(.stepLimit, error)
        } else if let breakdown = log?.breakdown {
            self.init(.environmentError, breakdown)
        } else if let error {
            // An exception of the model's client or of the environment: the log's last line tells which it was waiting for.
            let wasAsking = log?.expansions.last.map { $0.answer == nil && !$0.wasStopped } ?? false
            self.init(wasAsking ? .policyError : .environmentError, error)
            isInferred = true
        } else if let node = tree.nodes.first(where: { $0.status == .error }) {
            // It asks nobody again after code that raised. Whether it was the environment that did, the log alone says.
            self.init(.retryLimit, node.error)
            isInferred = log?.hasEnd != true
        } else if let node = tree.nodes.first(where: { $0.status == .stub && !$0.hasChildren }) {
            self.init(unexpanded: node, tree, log)
        } else if success || tree.nodes.contains(where: { $0.status == .pending }) {
            self.init(.environmentDone, nil)
        } else {
            self.init(.resolved, "every statement ran; the environment may have said done at the last one")
            isInferred = true
        }
    }

    private init(_ reason: EndReason, _ detail: String?) {
        self.reason = reason
        self.detail = detail
    }

    private init(unexpanded node: PlanTree.PlanNode, _ tree: PlanTree, _ log: ExpansionLog?) {
        if log?.reachedDepthLimit == true || tree.maxDepth.map({ node.depth >= $0 }) == true {
            self.init(.depthLimit, node.code)
            return
        }
        self.init(.rewriteLimit, node.code)
        isInferred = log?.expansions.contains { $0.wasStopped } != true
    }
}
