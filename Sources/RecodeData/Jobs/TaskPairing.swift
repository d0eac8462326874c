import Filter
import Study
import Trajectories

/// Which task instances the agents of each environment have in common.
///
/// Policies, options and runs make no difference: what is paired is the loops that acted, so that their methods are
/// compared on the same tasks. The flat methods that trees are flattened to have the trees' own.
struct TaskPairing: Sendable {
    private let tasks: [String: [AgentKind: Set<String>]]
    private let shared: [String: Set<String>]
    private let isPaired: Bool

    /// Looks which agent has what.
    ///
    /// - Parameters:
    ///   - surveys: what was read, for a study.
    ///   - criteria: for a paired study, what may be kept: a task that an agent has nothing eligible of is none of its
    ///     tasks. Without it, every trajectory counts.
    init(of surveys: [Survey], eligibleBy criteria: SelectionCriteria?) {
        var tasks: [String: [AgentKind: Set<String>]] = [:]
        for entry in surveys.lazy.flatMap(\.entries) {
            let isEligible = criteria?.ineligibility(of: entry.candidate) == nil
            tasks[entry.environment, default: [:]][entry.agent, default: []]
                .formUnion(isEligible ? [entry.candidate.taskID] : [])
        }
        self.tasks = tasks
        shared = tasks.mapValues(StudyCoverage.shared)
        isPaired = criteria != nil
    }

    /// Whether an episode is of a task that every agent of its environment has.
    func isShared(_ entry: Survey.Entry) -> Bool {
        shared[entry.environment]?.contains(entry.candidate.taskID) == true
    }

    /// What there is to say of each environment.
    var coverage: [StudyCoverage] {
        tasks.map { StudyCoverage(environment: $0, tasks: $1, isPaired: isPaired) }
    }
}
