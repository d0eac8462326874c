import Export
import Filter
import Trajectories

/// Reads a pipeline from the text of its YAML file, refusing whatever it does not know.
enum PipelineFile {
    /// Reads a pipeline.
    ///
    /// - Parameters:
    ///   - text: the file's text.
    ///   - file: how messages name the file.
    /// - Throws: ``PipelineFileError`` for the first thing that cannot be run, in the order of docs/pipeline.md.
    static func parse(_ text: String, file: String) throws -> Pipeline {
        let top = try YAMLPlace(parsing: text, file: file)
        let keys = try top.mapping(
            of: ["name", "seed", "collect", "select", "leakage", "export", "count"], called: "a pipeline")
        let name = try fileName(keys.required("name", expected: "a name for the pipeline"))
        let seed = try keys["seed"]?.integer(in: Int.min...Int.max, called: "an integer") ?? 0
        let collect = try stages(keys.required("collect", expected: "a list of collect stages"))
        var select = try selection(keys["select"], seed: seed)
        let (leakage, rule) = try leakage(keys["leakage"], in: file, of: collect)
        select.criteria.leakage = rule
        return Pipeline(
            name: name, seed: seed, collect: collect, select: select, leakage: leakage,
            export: try export(keys["export"], in: file, of: collect, selected: select.top, seed: seed),
            count: try count(keys["count"], selected: select.top))
    }
}

// MARK: - Collect

extension PipelineFile {
    private static func stages(_ place: YAMLPlace) throws -> [CollectStage] {
        var stages: [CollectStage] = []
        for member in try place.list(of: "collect stages, each with name, env and policy") {
            for stage in try self.stages(of: member) {
                guard !stages.contains(where: { $0.name == stage.name }) else {
                    throw member.problem(
                        expected: "stages with different names",
                        found: "a second stage named '\(stage.name)'",
                        advice: "The name is the stage's folder: give each its own.")
                }
                stages.append(stage)
            }
        }
        return stages
    }

    /// One stage of the file: one collection, or one for each combination where keys have several values.
    private static func stages(of place: YAMLPlace) throws -> [CollectStage] {
        let keys = try place.mapping(
            of: ["name"] + WorldWords.Key.allCases.map(\.rawValue) + [
                "agent", "policy", "slip", "split", "tasks", "variations", "repeats", "limit",
                "max_depth", "max_rewrite", "max_retry", "max_steps", "prompt_style", "prompts",
                "until_successes",
            ], called: "a collect stage")
        let world = try world(keys)
        let values = SweepValues(
            maxDepth: try keys["max_depth"]?.oneOrMore(positive) ?? [CollectRecipe.defaultMaxDepth],
            agent: try keys["agent"]?.oneOrMore(agent) ?? [.recode],
            policy: try keys.required("policy", expected: policies).oneOrMore { try $0.text(policies) },
            prompts: try keys["prompts"]?.oneOrMore { try $0.text("a folder of prompt texts") } ?? [])
        return try points(of: values, in: keys).map { point in
            let recipe = try recipe(at: point, in: world, keys)
            let name = try fileName(keys.required("name", expected: "a name for the stage"))
            guard !point.name.isEmpty else {
                return CollectStage(name: name, recipe: recipe, world: world, prompts: point.prompts)
            }
            return CollectStage(
                name: "\(name)-\(point.name)", recipe: recipe, world: world, prompts: point.prompts,
                sweep: name)
        }
    }

    private static func recipe(
        at point: SweepPoint, in world: WorldChoice, _ keys: YAMLMapping
    ) throws -> CollectRecipe {
        CollectRecipe(
            environment: world.name ?? "", agent: point.agent, policy: point.policy,
            slip: try keys["slip"]?.number(called: "a probability from 0 to 1") { (0...1).contains($0) } ?? 0,
            split: try split(keys["split"]),
            tasks: try tasks(keys["tasks"], in: world),
            variations: try variations(keys["variations"]),
            repeats: try keys["repeats"].map(positive) ?? 1,
            limit: try keys["limit"].map(positive), maxDepth: point.maxDepth,
            maxRewrite: try keys["max_rewrite"].map(natural), maxRetry: try keys["max_retry"].map(natural),
            maxSteps: try keys["max_steps"].map(positive),
            promptStyle: try keys["prompt_style"].map { try value($0, called: "a prompt style") },
            untilSuccesses: try keys["until_successes"].map(positive))
    }

    private static func points(of values: SweepValues, in keys: YAMLMapping) throws -> [SweepPoint] {
        do {
            return try values.points()
        } catch {
            let place = try keys.required(error.axis.key, expected: error.expected)
            throw place.problem(expected: error.expected, found: error.found, advice: error.advice)
        }
    }

    private static let policies = "a policy: expert, a profile's name, or replay:RUN"

    private static func natural(_ place: YAMLPlace) throws -> Int {
        try place.integer(in: 0...Int.max, called: "an integer of 0 or more")
    }

    private static func agent(_ place: YAMLPlace) throws -> AgentKind {
        let names = Catalogue.agents.map(\.rawValue)
        let name = try place.name(oneOf: names, called: "an agent")
        return AgentKind(rawValue: name) ?? .recode
    }

    private static func split(_ place: YAMLPlace?) throws -> Split {
        try place.map { try value($0, called: "a split") } ?? .train
    }

    private static func tasks(_ place: YAMLPlace?, in world: WorldChoice) throws -> [String]? {
        guard let place, !place.isWord("all") else { return nil }
        return try place.list(of: "task names, or all").map {
            // What a catalogue or a program has shows when it is opened.
            guard let known = world.tasks, let environment = world.name else { return try $0.text("a task") }
            return try $0.name(oneOf: known, called: "a task of \(environment)")
        }
    }

    private static func variations(_ place: YAMLPlace?) throws -> Int? {
        guard let place else { return 1 }
        return place.isWord("all") ? nil : try place.integer(in: 1...Int.max, called: "1 or more, or all")
    }

    private static func positive(_ place: YAMLPlace) throws -> Int {
        try place.integer(in: 1...Int.max, called: "an integer of 1 or more")
    }
}

// MARK: - Select, export, count

extension PipelineFile {
    private static func selection(_ place: YAMLPlace?, seed: Int) throws -> SelectStage {
        let keys = try place?.mapping(
            of: [
                "top", "rank_by", "ties", "min_reward", "min_score", "successful_only", "attempts",
                "per_task",
                "max_per_task", "max_per_family",
            ], called: "the selection")
        let top = try keys?["top"].map(percentages) ?? [10, 20, 30, 40].map { try TopPercentage($0) }
        let highest = try top.last ?? TopPercentage(100.0)
        return SelectStage(
            top: top,
            criteria: try SelectionCriteria(
                top: highest,
                rankBy: try keys?["rank_by"].map { try value($0, called: "a score") } ?? .reward,
                ties: try keys?["ties"].map { try value($0, called: "a rule for ties") } ?? .hash,
                seed: seed, minReward: try keys?["min_reward"].map(minReward) ?? 0,
                minScore: try keys?["min_score"].map(minScore),
                success: try keys?["successful_only"]?.truth() == true ? .successfulOnly : .any,
                attempts: try keys?["attempts"].map(positive),
                perTask: try keys?["per_task"].map { try value($0, called: "a rule for each task") } ?? .all,
                maxPerTask: try keys?["max_per_task"].map(positive),
                maxPerFamily: try keys?["max_per_family"].map(positive)))
    }

    private static func minReward(_ place: YAMLPlace) throws -> Double {
        try place.number(called: "a reward from 0, less than 1") { (0..<1).contains($0) }
    }

    private static func minScore(_ place: YAMLPlace) throws -> Double {
        try place.number(called: "a score of 0 or more") { $0 >= 0 }
    }

    private static func export(
        _ place: YAMLPlace?, in file: String, of stages: [CollectStage], selected: [TopPercentage], seed: Int
    ) throws -> ExportStage {
        let keys = try place?.mapping(
            of: [
                "methods", "top", "format", "metadata", "failures", "reward_margin", "history", "max_tokens",
                "over_length", "control_tokens", "order", "by", "stages", "holdout", "style", "tokens",
                "chat_template",
                "duplicates", "similarity", "max_per_depth", "license",
            ], called: "the export")
        let methods = try Self.methods(keys?["methods"], in: file, of: stages)
        let shape = try keys.map { try Self.shape($0, seed: seed) } ?? ExportShape()
        if let place = keys?["history"],
            let refusal = methods.lazy.compactMap({ shape.refusal(of: $0) }).first
        {
            throw place.problem(expected: "methods \(refusal.expected)", advice: refusal.advice)
        }
        let tokens = try keys?["tokens"].map(vocabulary) ?? .qwen25
        if tokens == .none, let place = keys?["max_tokens"] {
            throw place.problem(
                expected: "nothing, as tokens is none", advice: "A limit needs tokens to be counted.")
        }
        if tokens == .none, shape.order.needsTokens, let place = keys?["by"] ?? keys?["order"] {
            throw place.problem(
                expected: "measures other than length, as tokens is none",
                advice: "Lengths need tokens to be counted: say by: [height, steps].")
        }
        return ExportStage(
            methods: methods,
            top: try keys?["top"].map { try subset($0, of: selected) } ?? selected,
            shape: shape,
            style: try keys?["style"].map { try value($0, called: "a prompt style") } ?? .zeroShot,
            tokens: tokens, chatTemplate: try keys?["chat_template"].map(template) ?? .builtIn(.qwen25),
            pairs: try PairCriteria(
                duplicates: try keys?["duplicates"].map { try value($0, called: "a rule for duplicates") }
                    ?? .keep,
                similarity: try keys?["similarity"].map(similarity) ?? PairCriteria.usualSimilarity,
                maxPerDepth: try keys?["max_per_depth"].map(positive), seed: seed))
    }

    private static func shape(_ keys: YAMLMapping, seed: Int) throws -> ExportShape {
        let order: RowOrder.Name = try keys["order"].map { try value($0, called: "an order") } ?? .collected
        for key in ["by", "stages"] where order != .curriculum {
            if let place = keys[key] {
                throw place.problem(
                    expected: "nothing, as order is \(order.rawValue)",
                    advice: "It goes with order: curriculum.")
            }
        }
        var shape = ExportShape(
            format: try keys["format"].map { try value($0, called: "a format") } ?? .promptCompletion,
            metadata: try keys["metadata"].map { try value($0, called: "a place for metadata") },
            failures: try keys["failures"].map { try value($0, called: "what becomes of failed answers") }
                ?? .drop,
            controlTokens: try keys["control_tokens"].map {
                try value($0, called: "what becomes of control tokens")
            } ?? .drop,
            order: RowOrder(
                order,
                by: try keys["by"].map { place in
                    try place.list(of: "measures").map { try value($0, called: "a measure") }
                }, stages: try keys["stages"].map(positive), seed: seed),
            holdout: try keys["holdout"].map { place in
                Holdout(
                    fraction: try place.number(called: "a part above 0, below 1") { $0 > 0 && $0 < 1 },
                    seed: seed)
            }, license: try keys["license"].map(license))
        try limit(&shape, by: keys)
        if let refusal = shape.refusal, let place = keys[refusal.key.rawValue] ?? keys["failures"] {
            throw place.problem(expected: refusal.expected, advice: refusal.advice)
        }
        return shape
    }

    /// Reads what bounds rows: the differences that make preferences, the history, and the length.
    private static func limit(_ shape: inout ExportShape, by keys: YAMLMapping) throws {
        if let place = keys["reward_margin"] {
            guard shape.failures == .preference else {
                throw place.problem(
                    expected: "nothing, as failures is \(shape.failures.rawValue)",
                    advice: "It goes with failures: preference.")
            }
            shape.rewardMargin = try place.number(called: "a difference above 0, at most 1") {
                $0 > 0 && $0 <= 1
            }
        }
        shape.history = try keys["history"].map(natural)
        shape.overLength = try keys["max_tokens"].map { LengthLimit(maxTokens: try positive($0)) }
        if let place = keys["over_length"] {
            guard shape.overLength != nil else {
                throw place.problem(
                    expected: "max_tokens beside it",
                    advice: "It says what becomes of rows longer than that.")
            }
            shape.overLength?.policy = try value(place, called: "what becomes of rows that are too long")
        }
    }

    private static func license(_ place: YAMLPlace) throws -> String {
        let license = try place.text(ExportShape.licenseExpected)
        guard ExportShape.isLicense(license) else {
            throw place.problem(expected: ExportShape.licenseExpected)
        }
        return license
    }

    private static func vocabulary(_ place: YAMLPlace) throws -> VocabularyChoice {
        let expected = "a vocabulary: \(VocabularyChoice.expected)"
        let text = try place.text(expected)
        if let choice = VocabularyChoice(text) { return choice }
        let near = CloseMatches.nearest(to: text, among: VocabularyChoice.names)
        throw place.problem(expected: expected, advice: near.map { "Did you mean '\($0)'?" } ?? "")
    }

    private static func template(_ place: YAMLPlace) throws -> TemplateChoice {
        let expected = "a chat template: \(TemplateChoice.expected)"
        guard let choice = TemplateChoice(try place.text(expected)) else {
            throw place.problem(expected: expected)
        }
        return choice
    }

    private static func leakage(
        _ place: YAMLPlace?, in file: String, of stages: [CollectStage]
    ) throws -> (LeakageStage, LeakageRule) {
        let keys = try place?.mapping(
            of: ["exclude", "held_out", "drop", "allow"], called: "what must not be trained on")
        let stage = LeakageStage(
            exclude: try keys?["exclude"]?.text("a file of task ids"),
            heldOut: try keys?["held_out"].map { place in
                try place.list(of: "lists of held-out tasks").map { try $0.text("a file") }
            } ?? [],
            allow: try keys?["allow"]?.truth() ?? false)
        // Said before anything is collected, not when the export is refused.
        if !stage.allow, let held = stages.first(where: { $0.recipe.split != .train }) {
            throw PipelineFileError(
                file: file, key: "leakage.allow", found: "false, or nothing",
                expected: "true, since stage '\(held.name)' plays the \(held.recipe.split.rawValue) split",
                advice: "An export of it must not be trained on; its manifest will say so.")
        }
        let drops = try keys?["drop"]?.truth() ?? false
        if drops, stage.allow, let place = keys?["drop"] {
            throw place.problem(
                expected: "one of drop and allow", advice: "What is dropped need not be allowed: remove one.")
        }
        return (stage, drops ? .drop : .keep)
    }

    private static func similarity(_ place: YAMLPlace) throws -> Double {
        try place.number(called: "a similarity from 0.1 to 1") { $0 >= 0.1 && $0 <= 1 }
    }

    private static func count(_ place: YAMLPlace?, selected: [TopPercentage]) throws -> CountStage {
        let keys = try place?.mapping(of: ["top"], called: "the count")
        return CountStage(top: try keys?["top"].map(percentages) ?? selected)
    }

    private static func methods(
        _ place: YAMLPlace?, in file: String, of stages: [CollectStage]
    ) throws -> [AgentKind] {
        guard let place else {
            guard let refusal = refusal(of: .recode, from: stages) else { return [.recode] }
            throw PipelineFileError(
                file: file, key: "export.methods", found: "nothing, which means recode",
                expected: refusal.expected, advice: refusal.advice)
        }
        var methods: [AgentKind] = []
        for member in try place.list(of: "methods: \(list(AgentKind.allCases.map(\.rawValue)))") {
            let method: AgentKind = try value(member, called: "a method")
            guard !methods.contains(method) else {
                throw member.problem(expected: "each method once", advice: "Remove it.")
            }
            if let refusal = refusal(of: method, from: stages) {
                throw member.problem(expected: refusal.expected, advice: refusal.advice)
            }
            methods.append(method)
        }
        return methods
    }

    /// What to say where a stage has no pairs of a method: a list of turns cannot be made a tree, nor another list.
    private static func refusal(
        of method: AgentKind, from stages: [CollectStage]
    ) -> (expected: String, advice: String)? {
        guard let stage = stages.first(where: { !$0.recipe.agent.methods.contains(method) }) else {
            return nil
        }
        let common = AgentKind.allCases.filter { method in
            stages.allSatisfy { $0.recipe.agent.methods.contains(method) }
        }
        let reason =
            "Stage '\(stage.name)' is played by agent \(stage.recipe.agent.rawValue), which leaves no "
            + "\(method.rawValue) pairs."
        guard !common.isEmpty else {
            return (
                "a method that every stage has pairs of, and there is none",
                "\(reason) Give the stages pipelines of their own."
            )
        }
        return ("methods that every stage has pairs of: \(list(common.map(\.rawValue)))", reason)
    }

    private static func percentages(_ place: YAMLPlace) throws -> [TopPercentage] {
        var percentages: [TopPercentage] = []
        for member in try place.list(of: "percentages above 0, up to 100") {
            let value = try percentage(member)
            guard !percentages.contains(value) else {
                throw member.problem(expected: "each percentage once", advice: "Remove it.")
            }
            percentages.append(value)
        }
        return percentages.sorted { $0.millionths < $1.millionths }
    }

    private static func percentage(_ place: YAMLPlace) throws -> TopPercentage {
        let expected = "a percentage above 0, up to 100"
        let number = try place.number(called: expected) { $0 > 0 && $0 <= 100 }
        guard let percentage = try? TopPercentage(number) else {
            throw place.problem(expected: "\(expected), of at most six decimals")
        }
        return percentage
    }

    private static func subset(_ place: YAMLPlace, of selected: [TopPercentage]) throws -> [TopPercentage] {
        let known = list(selected.map(\.description))
        for member in try place.list(of: "percentages that select.top has: \(known)") {
            guard selected.contains(try percentage(member)) else {
                throw member.problem(
                    expected: "one of \(known)",
                    advice: "Only what is selected can be exported: add it to select.top too.")
            }
        }
        return try percentages(place)
    }

    /// A case by its name.
    static func value<Value: RawRepresentable<String> & CaseIterable>(
        _ place: YAMLPlace, called what: String
    ) throws -> Value {
        let names = Value.allCases.map(\.rawValue)
        guard let value = Value(rawValue: try place.name(oneOf: names, called: what)) else {
            throw place.problem(expected: what)
        }
        return value
    }

    /// A name that becomes part of file names.
    private static func fileName(_ place: YAMLPlace) throws -> String {
        let expected = "a name of letters, digits, '-', '_' and '.', not beginning with '.' or '-'"
        let name = try place.text(expected)
        let isRight = name.allSatisfy {
            $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" || $0 == ".")
        }
        guard isRight, name.count <= 100, name.first != ".", name.first != "-" else {
            throw place.problem(expected: expected)
        }
        return name
    }

    private static func list(_ names: [String]) -> String {
        names.joined(separator: ", ")
    }
}
