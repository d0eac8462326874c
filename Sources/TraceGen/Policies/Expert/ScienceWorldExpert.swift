import Trajectories

/// A scripted teacher for ScienceWorld: knows the gold path and tells it as a hierarchical plan.
///
/// It scouts the gold path once to learn what each action shows and which subgoal it completes, shortens it to what the
/// step limits of the paper's evaluation allow, and then answers each prompt as a language model would, with a thought
/// and a code block. Everything it says is executed for real, so its code looks at what it gets: loops end when the
/// observation says so, and answers follow from what was measured.
public struct ScienceWorldExpert: Policy {
    /// The chance that it drops a primitive action, or swaps it with the next, 0…1.
    public let slip: Double

    /// Makes the teacher.
    /// - Throws: ``TraceGenError`` (`badRequest`) for a `slip` outside 0…1.
    public init(slip: Double = 0) throws(TraceGenError) {
        guard (0...1).contains(slip) else {
            throw TraceGenError(
                .badRequest,
                "slip is \(slip), but a probability lies between 0 and 1: give, for example, 0.05.")
        }
        self.slip = slip
    }

    /// `expert`, with its script's version as the model and `slip` as its sampling.
    public var record: PolicyRecord {
        PolicyRecord(name: "expert", model: "scienceworld-expert-2", sampling: ["slip": .double(slip)])
    }

    /// It needs the gold path.
    public var scouting: Scouting { .goldPath }

    /// Plans the whole episode; the answers follow from the plan.
    public func begin(_ context: PolicyContext) async throws -> any PolicySession {
        let task = ExpertTask(name: context.instance.task, instruction: context.start.instruction)
        let route = GoldRoute.make(from: context.start.goldPath)
        guard !route.isEmpty else {
            throw PolicyFailure(
                "ScienceWorld has no gold path for \(task.name)/\(context.instance.variation), so the expert "
                    + "has nothing to teach: leave this task out, or use another policy.")
        }
        let skills = SkillReader.skills(task: task, route: route, stepLimit: context.limits.stepLimit)
        let plan = HandingOn.applied(
            to: Planner.plan(task: task, skills: skills), instruction: task.instruction)
        return ExpertSession(plan: plan, slip: slip, seed: context.seed)
    }
}

/// The expert's side of one episode.
actor ExpertSession: PolicySession {
    /// A plan with its place in the tree: the numbers of the lines that lead to it.
    private struct PlacedPlan {
        var path: [Int]
        var plan: Plan
    }

    private var pending: [PlacedPlan]
    private var answered: [String: PlacedPlan] = [:]
    private var slip: Slip

    init(plan: Plan, slip: Double, seed: UInt64) {
        pending = [PlacedPlan(path: [], plan: plan)]
        self.slip = Slip(probability: slip, generator: SeededGenerator(seed: seed))
    }

    /// Answers with the plan the signature calls. A corrected answer has no slips.
    func expand(_ request: ExpansionRequest) async throws -> PolicyAnswer {
        let placed = try plan(for: request)
        let plan = placed.plan
        answered[plan.name] = placed
        pending.removeAll { $0.path.starts(with: placed.path) }
        let children = plan.body.enumerated().compactMap { index, line in
            if case .call(let child) = line {
                PlacedPlan(path: placed.path + [index], plan: child)
            } else {
                nil
            }
        }
        pending.insert(contentsOf: children, at: 0)
        let lines = request.correction == nil ? slip.apply(to: plan.body) : plan.body
        let code = lines.map(\.source).joined(separator: "\n")
        let thought = plan.thought(Evidence(variables: request.variables))
        return PolicyAnswer(text: "<think>\n\(thought)\n</think>\n<execute>\n\(code)\n</execute>")
    }

    private func plan(for request: ExpansionRequest) throws -> PlacedPlan {
        let call = request.signature.split(separator: "(", maxSplits: 1).first ?? ""
        let name = String(call.split(separator: " ").last ?? "")
        let found = request.correction == nil ? pending.first { $0.plan.name == name } : answered[name]
        guard let found = found ?? answered[name] else {
            throw PolicyFailure(
                "The expert was asked to expand \(request.signature), which is not part of its plan.")
        }
        return found
    }
}

/// Inattention: single primitive actions are dropped or swapped with the next.
struct Slip: Sendable {
    /// The chance per primitive action, 0…1.
    let probability: Double
    /// Where the draws come from.
    var generator: SeededGenerator

    /// Goes through the lines of one answer. At least one line that does something is always left.
    mutating func apply(to lines: [PlanLine]) -> [PlanLine] {
        guard probability > 0 else { return lines }
        var result = lines
        var index = 0
        while index < result.count {
            guard result[index].isAction, generator.nextUnit() < probability else {
                index += 1
                continue
            }
            if index + 1 < result.count, result[index + 1].isAction, generator.nextUnit() < 0.5 {
                result.swapAt(index, index + 1)
                index += 2
            } else if result.count(where: { !$0.isNote }) > 1 {
                result.remove(at: index)
            } else {
                index += 1
            }
        }
        return result
    }
}
