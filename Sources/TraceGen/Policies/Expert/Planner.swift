/// Turns skills into a plan of several levels: neighbours that serve one end become one function.
enum Planner {
    /// The plan of a whole task; its name is the root's.
    static func plan(task: ExpertTask, skills: [Skill]) -> Plan {
        let parts = grouped(withRounds(withSoilTrips(skills)))
        var root = Plan.sequence("solve", purpose: task.goal, steps: parts.map(\.plan))
        root.inputs = ["instruction", "observation"]
        root.outputs = []
        let purposes = parts.map(\.plan.purpose)
        root.thought = { evidence in
            let asked = Evidence.quoted(evidence.value(of: "instruction") ?? task.goal)
            return
                "The instruction reads: \(asked). \(evidence.standpoint) My plan is to \(Wording.chain(purposes)). "
                + "Each part gets a function of its own, and what one part observes is handed on to the next."
        }
        return root
    }

    /// `go outside, take the shovel, dig, go back, fill the pot` is one errand.
    private static func withSoilTrips(_ skills: [Skill]) -> [Skill] {
        var result: [Skill] = []
        for skill in skills {
            result.append(skill)
            guard skill.plan.name.hasSuffix("_with_soil"),
                let dig = result.lastIndex(where: { $0.plan.name == "dig_up_soil" }), dig >= result.count - 3
            else { continue }
            var start = dig
            while start > 0, result[start - 1].stage == .gather, dig - start < 2 { start -= 1 }
            let trip = Array(result[start...])
            guard trip.count > 2 else { continue }
            let pot = skill.plan.name.replacing("fill_", with: "").replacing("_with_soil", with: "")
            result.removeSubrange(start...)
            result.append(
                Skill(
                    stage: .prepare, subject: "soil",
                    plan: .sequence(
                        "bring_soil_to_\(pot)", purpose: "bring soil to \(pot.replacing("_", with: " "))",
                        steps: trip.map(\.plan))))
        }
        return result
    }

    /// Watering and waiting come in rounds; several rounds together are one stretch of growing.
    private static func withRounds(_ skills: [Skill]) -> [Skill] {
        runs(of: skills) { $0.stage == .grow && $1.stage == .grow }.map { run in
            guard run.count > 2 else { return run }
            let rounds = runs(of: run) { _, next in !next.plan.name.hasPrefix("water_") }
            guard rounds.count > 1 else { return run }
            let plans = rounds.enumerated().map { index, round in
                round.count == 1
                    ? round[0].plan
                    : Plan.sequence(
                        "tend_plants_round_\(index + 1)", purpose: "tend the plants for round \(index + 1)",
                        steps: round.map(\.plan))
            }
            let pollinates = run.contains { $0.plan.name == "let_bees_pollinate" }
            let purpose = pollinates ? "grow the plants and have them pollinated" : "grow the plants"
            return [
                Skill(
                    stage: .grow, subject: "plants",
                    plan: .sequence(
                        pollinates ? "grow_and_pollinate_plants" : "grow_plants", purpose: purpose,
                        steps: plans))
            ]
        }.flatMap(\.self)
    }

    /// Groups neighbours that gather, and neighbours that prepare, where the plan would otherwise be long.
    private static func grouped(_ skills: [Skill]) -> [Skill] {
        guard skills.count > 4 else { return skills }
        return runs(of: skills) { $0.stage == $1.stage && ($0.stage == .gather || $0.stage == .prepare) }.map
        { run in
            guard run.count > 1 else { return run[0] }
            let subjects = run.map(\.subject).filter { !$0.isEmpty }
            let subject = Wording.identifier(subjects.suffix(2).joined(separator: " and "))
            let last = run[run.count - 1].plan
            let name =
                subjects.isEmpty
                ? "get_ready_to_\(last.name)"
                : run[0].stage == .gather ? "fetch_\(subject)" : "prepare_\(subject)"
            let things =
                subjects.isEmpty
                ? last.purpose
                : "\(run[0].stage == .gather ? "fetch" : "prepare") the \(Wording.list(subjects))"
            return Skill(
                stage: run[0].stage, subject: subjects.last ?? "",
                plan: .sequence(name, purpose: things, steps: run.map(\.plan)))
        }
    }

    /// Splits skills into runs of neighbours that belong together.
    private static func runs(of skills: [Skill], where together: (Skill, Skill) -> Bool) -> [[Skill]] {
        var result: [[Skill]] = []
        for skill in skills {
            if let last = result.last?.last, together(last, skill) {
                result[result.count - 1].append(skill)
            } else {
                result.append([skill])
            }
        }
        return result
    }
}
