import Export
import Filter
import Testing
import Trajectories

@testable import RecodeData

/// The shortest pipeline there is; tests put lines into it.
private let head = "name: p\ncollect:\n  - name: c\n    env: scienceworld\n    policy: expert\n"

private func tops(_ values: Double...) throws -> [TopPercentage] {
    try values.map { try TopPercentage($0) }
}

private func problem(in text: String) -> String? {
    do {
        _ = try PipelineFile.parse(text, file: "p.yaml")
        return nil
    } catch {
        return "\(error)"
    }
}

struct BadFile: Sendable, CustomTestStringConvertible {
    let text: String
    let message: String
    var testDescription: String { message }

    init(_ text: String, _ message: String) {
        self.text = text
        self.message = message
    }
}

private let badFiles: [BadFile] = [
    BadFile(
        "", "p.yaml: found nothing, expected a pipeline. docs/pipeline.md shows one."
    ),
    BadFile(
        "- a\n",
        "p.yaml:1: found a list, expected a pipeline: a mapping of name, seed, collect, select, leakage, export, count."
    ),
    BadFile(
        "name: [\n",
        "p.yaml:2: found text that is not YAML, expected YAML. "
            + "The YAML reader says: did not find expected node content while parsing a flow node that begins in line 2."
    ),
    BadFile(
        head + "name: q\n",
        "p.yaml:1: found the key 'name' more than once, expected each key once. Remove all but one."
    ),
    BadFile(
        head + "selct: {top: [10]}\n",
        "p.yaml:6: found the key 'selct', expected one of name, seed, collect, select, leakage, export, count. "
            + "Did you mean 'select'?"
    ),
    BadFile(
        head + "    polcy: expert\n",
        "p.yaml:6: collect[0]: found the key 'polcy', expected one of name, env, games, catalogue, synthetic, engine, "
            + "goals, catalogue_seed, env_url, env_kind, env_instances, env_command, agent, policy, slip, split, tasks, "
            + "variations, repeats, limit, max_depth, max_rewrite, max_retry, max_steps, prompt_style, prompts, until_successes. Did you mean 'policy'?"
    ),
    BadFile(
        head + "    colour: red\n",
        "p.yaml:6: collect[0]: found the key 'colour', expected one of name, env, games, catalogue, synthetic, engine, "
            + "goals, catalogue_seed, env_url, env_kind, env_instances, env_command, agent, policy, slip, split, tasks, "
            + "variations, repeats, limit, max_depth, max_rewrite, max_retry, max_steps, prompt_style, prompts, until_successes. Remove it."
    ),
    BadFile(
        "name: p\n", "p.yaml:1: collect: found nothing, expected a list of collect stages. Add it."
    ),
    BadFile(
        "name: p\ncollect:\n",
        "p.yaml:2: collect: found nothing, expected a list of collect stages, each with name, env and policy."
    ),
    BadFile(
        "name: p\ncollect:\n  - env: scienceworld\n    policy: expert\n",
        "p.yaml:3: collect[0].name: found nothing, expected a name for the stage. Add it."
    ),
    BadFile(
        "name: p\ncollect:\n  - name: a\n    env: scienceworld\n    policy: expert\n"
            + "  - name: a\n    env: scienceworld\n    policy: expert\n",
        "p.yaml:6: collect[1]: found a second stage named 'a', expected stages with different names. "
            + "The name is the stage's folder: give each its own."
    ),
    BadFile(
        "name: ../x\ncollect: []\n",
        "p.yaml:1: name: found '../x', expected a name of letters, digits, '-', '_' and '.', "
            + "not beginning with '.' or '-'."
    ),
    BadFile(
        "name: p\ncollect:\n  - name: c\n    env: sciencewrold\n    policy: expert\n",
        "p.yaml:4: collect[0].env: found 'sciencewrold', expected an environment: scienceworld, alfworld, webshop. "
            + "Did you mean 'scienceworld'?"
    ),
    BadFile(
        head + "    agent: recoder\n",
        "p.yaml:6: collect[0].agent: found 'recoder', expected an agent: recode, react, codeact. Did you mean 'recode'?"
    ),
    BadFile(
        "name: p\ncollect:\n  - name: c\n    env: scienceworld\n    policy: {gpt: 4}\n",
        "p.yaml:5: collect[0].policy: found a mapping, expected a policy: expert, a profile's name, or replay:RUN."
    ),
    BadFile(
        head + "    max_depth: [2, 4, 2]\n",
        "p.yaml:6: collect[0].max_depth: found '2' twice, expected each value once. Remove one."
    ),
    BadFile(
        head + "    max_depth: [2, 0]\n",
        "p.yaml:6: collect[0].max_depth[1]: found '0', expected an integer of 1 or more."
    ),
    BadFile(
        head + "    max_depth: []\n",
        "p.yaml:6: collect[0].max_depth: found an empty list, expected a list of values, or one. Name at least one."
    ),
    BadFile(
        head + "    agent: [recode, reakt]\n",
        "p.yaml:6: collect[0].agent[1]: found 'reakt', expected an agent: recode, react, codeact. Did you mean 'react'?"
    ),
    BadFile(
        head + "    prompts: [a/texts, b/texts]\n",
        "p.yaml:6: collect[0].prompts: found 'a/texts' and 'b/texts', whose runs would both be named prompts-texts, "
            + "expected values with names of their own. Give the folders different names."
    ),
    BadFile(
        head + "    max_depth: [2, 4]\n  - {name: c-max-depth-4, env: scienceworld, policy: expert}\n",
        "p.yaml:7: collect[1]: found a second stage named 'c-max-depth-4', expected stages with different names. "
            + "The name is the stage's folder: give each its own."
    ),
    BadFile(
        head + "    slip: 2\n",
        "p.yaml:6: collect[0].slip: found '2', expected a probability from 0 to 1."
    ),
    BadFile(
        head + "    slip: '0.1'\n",
        "p.yaml:6: collect[0].slip: found '0.1', expected a probability from 0 to 1."
    ),
    BadFile(
        head + "    repeats: 1.5\n",
        "p.yaml:6: collect[0].repeats: found '1.5', expected an integer of 1 or more."
    ),
    BadFile(
        head + "    variations: none\n",
        "p.yaml:6: collect[0].variations: found 'none', expected 1 or more, or all."
    ),
    BadFile(
        head + "    split: validation\n",
        "p.yaml:6: collect[0].split: found 'validation', expected a split: train, dev, test."
    ),
    BadFile(
        head + "    tasks: boil\n",
        "p.yaml:6: collect[0].tasks: found 'boil', expected a list of task names, or all."
    ),
    BadFile(
        head + "seed: zero\n", "p.yaml:6: seed: found 'zero', expected an integer."
    ),
    BadFile(
        head + "select:\n  top: [10, 0]\n",
        "p.yaml:7: select.top[1]: found '0', expected a percentage above 0, up to 100."
    ),
    BadFile(
        head + "select:\n  top: [100.5]\n",
        "p.yaml:7: select.top[0]: found '100.5', expected a percentage above 0, up to 100."
    ),
    BadFile(
        head + "select:\n  top: [10, 10]\n",
        "p.yaml:7: select.top[1]: found '10', expected each percentage once. Remove it."
    ),
    BadFile(
        head + "select: {ties: hsah}\n",
        "p.yaml:6: select.ties: found 'hsah', expected a rule for ties: hash, shortest, cheapest, all. "
            + "Did you mean 'hash'?"
    ),
    BadFile(
        head + "select: {successful_only: yes}\n",
        "p.yaml:6: select.successful_only: found 'yes', expected true or false."
    ),
    BadFile(
        head + "export: {methods: [recode, reakt]}\n",
        "p.yaml:6: export.methods[1]: found 'reakt', expected a method: recode, react, codeact. "
            + "Did you mean 'react'?"
    ),
    BadFile(
        head + "export: {methods: []}\n",
        "p.yaml:6: export.methods: found an empty list, expected a list of methods: recode, react, codeact. "
            + "Name at least one."
    ),
    BadFile(
        head + "select: {top: []}\n",
        "p.yaml:6: select.top: found an empty list, expected a list of percentages above 0, up to 100. "
            + "Name at least one."
    ),
    BadFile(
        head + "    agent: react\n",
        "p.yaml: export.methods: found nothing, which means recode, expected methods that every stage has pairs of: "
            + "react. Stage 'c' is played by agent react, which leaves no recode pairs."
    ),
    BadFile(
        head + "    agent: codeact\nexport:\n  methods: [codeact, recode]\n",
        "p.yaml:8: export.methods[1]: found 'recode', expected methods that every stage has pairs of: codeact. "
            + "Stage 'c' is played by agent codeact, which leaves no recode pairs."
    ),
    BadFile(
        head
            + "  - {name: d, env: scienceworld, policy: expert, agent: react}\nexport: {methods: [codeact]}\n",
        "p.yaml:7: export.methods[0]: found 'codeact', expected methods that every stage has pairs of: react. "
            + "Stage 'd' is played by agent react, which leaves no codeact pairs."
    ),
    BadFile(
        head + "    agent: codeact\n  - {name: d, env: scienceworld, policy: expert, agent: react}\n"
            + "export: {methods: [codeact]}\n",
        "p.yaml:8: export.methods[0]: found 'codeact', expected a method that every stage has pairs of, and there is "
            + "none. Stage 'd' is played by agent react, which leaves no codeact pairs. "
            + "Give the stages pipelines of their own."
    ),
    BadFile(
        head + "select: {top: [10]}\nexport: {top: [20]}\n",
        "p.yaml:7: export.top[0]: found '20', expected one of 10. "
            + "Only what is selected can be exported: add it to select.top too."
    ),
    BadFile(
        head + "    split: test\n",
        "p.yaml: leakage.allow: found false, or nothing, expected true, since stage 'c' plays the test split. "
            + "An export of it must not be trained on; its manifest will say so."
    ),
    BadFile(
        head + "leakage: {alow: true}\n",
        "p.yaml:6: leakage: found the key 'alow', expected one of exclude, held_out, drop, allow. "
            + "Did you mean 'allow'?"
    ),
    BadFile(
        head + "leakage: {drop: true, allow: true}\n",
        "p.yaml:6: leakage.drop: found 'true', expected one of drop and allow. "
            + "What is dropped need not be allowed: remove one."
    ),
    BadFile(
        head + "export: {over_length: drop}\n",
        "p.yaml:6: export.over_length: found 'drop', expected max_tokens beside it. "
            + "It says what becomes of rows longer than that."
    ),
    BadFile(
        head + "export: {max_tokens: 9, over_length: cut}\n",
        "p.yaml:6: export.over_length: found 'cut', expected what becomes of rows that are too long: drop, "
            + "truncate-variables, keep."
    ),
    BadFile(
        head + "export: {control_tokens: escaped}\n",
        "p.yaml:6: export.control_tokens: found 'escaped', expected what becomes of control tokens: drop, escape, "
            + "keep. Did you mean 'escape'?"
    ),
    BadFile(
        head + "export: {max_tokens: 9, tokens: none}\n",
        "p.yaml:6: export.max_tokens: found '9', expected nothing, as tokens is none. "
            + "A limit needs tokens to be counted."
    ),
    BadFile(
        head + "export: {history: 3, methods: [react, recode]}\n",
        "p.yaml:6: export.history: found '3', expected methods react or codeact, whose prompts hold earlier turns. "
            + "A prompt of method recode holds one call with its variables, and no history."
    ),
    BadFile(
        head + "export: {reward_margin: 0.1, failures: repair}\n",
        "p.yaml:6: export.reward_margin: found '0.1', expected nothing, as failures is repair. "
            + "It goes with failures: preference."
    ),
    BadFile(
        head + "export: {reward_margin: 1.5, failures: preference}\n",
        "p.yaml:6: export.reward_margin: found '1.5', expected a difference above 0, at most 1."
    ),
    BadFile(
        head + "export: {similarity: 1.5}\n",
        "p.yaml:6: export.similarity: found '1.5', expected a similarity from 0.1 to 1."
    ),
    BadFile(
        head + "select: {max_per_task: 0}\n",
        "p.yaml:6: select.max_per_task: found '0', expected an integer of 1 or more."
    ),
    BadFile(
        head + "export:\n  tokens: qwen2\n",
        "p.yaml:7: export.tokens: found 'qwen2', expected a vocabulary: qwen2.5, none, or a file: a path with a '/', or "
            + "ending in .json, .tiktoken or .model. Did you mean 'qwen2.5'?"
    ),
    BadFile(
        head + "export: {tokens: [qwen2.5]}\n",
        "p.yaml:6: export.tokens: found a list, expected a vocabulary: qwen2.5, none, or a file: a path with a '/', or "
            + "ending in .json, .tiktoken or .model."
    ),
    BadFile(
        head + "export: {chat_template: chatml}\n",
        "p.yaml:6: export.chat_template: found 'chatml', expected a chat template: qwen2.5, none, or a Jinja file: "
            + "a path with a '/', or ending in .jinja."
    ),
    BadFile(
        head + "count: {top: {}}\n",
        "p.yaml:6: count.top: found a mapping, expected a list of percentages above 0, up to 100."
    ),
]

@Suite struct PipelineFileTests {
    @Test func leavingEverythingOutTakesTheDocumentedDefaults() throws {
        let pipeline = try PipelineFile.parse(head, file: "p.yaml")
        #expect(
            pipeline
                == Pipeline(
                    name: "p", seed: 0,
                    collect: [
                        CollectStage(
                            name: "c",
                            recipe: CollectRecipe(
                                environment: "scienceworld", agent: .recode, policy: "expert", slip: 0,
                                split: .train,
                                tasks: nil, variations: 1, repeats: 1, limit: nil, maxDepth: 10))
                    ],
                    select: SelectStage(
                        top: try tops(10, 20, 30, 40),
                        criteria: try SelectionCriteria(top: TopPercentage("40"))),
                    leakage: LeakageStage(heldOut: [], allow: false),
                    export: ExportStage(
                        methods: [.recode], top: try tops(10, 20, 30, 40), shape: ExportShape(),
                        style: .zeroShot,
                        tokens: .qwen25, chatTemplate: .builtIn(.qwen25), pairs: try PairCriteria()),
                    count: CountStage(top: try tops(10, 20, 30, 40))))
    }

    @Test func stagesOfAFlatAgentAreExportedByTheirOwnMethod() throws {
        let text = head + "    agent: react\nexport: {methods: [react]}\n"
        #expect(try PipelineFile.parse(text, file: "p.yaml").export.methods == [.react])
    }

    @Test func everyKeyIsRead() throws {
        let text = """
            name: full
            seed: -7
            collect:
              - {name: a.1, env: scienceworld, agent: recode, policy: expert, slip: 0.25, split: dev,
                 tasks: [boil, melt], variations: all, repeats: 3, limit: 40, max_depth: 8}
              - {name: b_2, env: scienceworld, policy: expert, tasks: all, variations: 5}
            select: {top: [40, 2.5, 100], ties: shortest, min_reward: 0.5, successful_only: true,
                     rank_by: reward_per_step, min_score: 0.01, attempts: 4, per_task: best, max_per_task: 3,
                     max_per_family: 5}
            export: {methods: [react, recode], top: [2.5], format: prompt-completion, style: bare, tokens: v/tokenizer.json,
                     chat_template: none, duplicates: near, similarity: 0.9, max_per_depth: 100}
            leakage: {exclude: no.txt, held_out: [list.json], drop: false, allow: true}
            count: {top: [100, 50]}
            """
        let pipeline = try PipelineFile.parse(text, file: "p.yaml")
        #expect(pipeline.seed == -7)
        #expect(pipeline.collect.map(\.name) == ["a.1", "b_2"])
        #expect(pipeline.collect[0].recipe.slip == 0.25)
        #expect(pipeline.collect[0].recipe.split == .dev)
        #expect(pipeline.collect[0].recipe.tasks == ["boil", "melt"])
        #expect(pipeline.collect[0].recipe.variations == nil)
        #expect(pipeline.collect[0].recipe.repeats == 3)
        #expect(pipeline.collect[0].recipe.limit == 40)
        #expect(pipeline.collect[0].recipe.maxDepth == 8)
        #expect(pipeline.collect[1].recipe.tasks == nil)
        #expect(pipeline.collect[1].recipe.variations == 5)
        let criteria = try SelectionCriteria(
            top: TopPercentage("100"), rankBy: .rewardPerStep, ties: .shortest, seed: -7, minReward: 0.5,
            minScore: 0.01, success: .successfulOnly, attempts: 4, perTask: .best, maxPerTask: 3,
            maxPerFamily: 5)
        #expect(pipeline.select == SelectStage(top: try tops(2.5, 40, 100), criteria: criteria))
        let export = ExportStage(
            methods: [.react, .recode], top: try tops(2.5), shape: ExportShape(), style: .bare,
            tokens: .file("v/tokenizer.json"), chatTemplate: .builtIn(.none),
            pairs: try PairCriteria(duplicates: .near, similarity: 0.9, maxPerDepth: 100, seed: -7))
        #expect(
            pipeline.leakage == LeakageStage(exclude: "no.txt", heldOut: ["list.json"], allow: true))
        #expect(pipeline.export == export)
        #expect(pipeline.count.top == (try tops(50, 100)))
    }

    @Test func failuresHistoriesAndLimitsAreRead() throws {
        let text =
            head + "export: {methods: [react], failures: preference, reward_margin: 0.25, history: 0, "
            + "max_tokens: 4096, over_length: truncate-variables, control_tokens: keep}\n"
        let shape = try PipelineFile.parse(text, file: "p.yaml").export.shape
        #expect(
            shape
                == ExportShape(
                    failures: .preference, rewardMargin: 0.25, history: 0,
                    overLength: LengthLimit(maxTokens: 4096, policy: .truncateVariables), controlTokens: .keep
                ))
        let limited = try PipelineFile.parse(head + "export: {max_tokens: 9}\n", file: "p.yaml")
        #expect(limited.export.shape.overLength == LengthLimit(maxTokens: 9, policy: .drop))
        #expect(limited.export.shape.controlTokens == .drop)
    }

    @Test func aStageWithSeveralValuesIsAStageForEachCombination() throws {
        let text =
            "name: p\ncollect:\n"
            + "  - {name: a, env: scienceworld, policy: expert, max_depth: [2, 12], slip: 0.1}\n"
            + "  - {name: b, env: scienceworld, policy: [small, large], max_depth: [4], agent: [recode, react],\n"
            + "     prompts: texts}\nexport: {methods: [react]}\n"
        let stages = try PipelineFile.parse(text, file: "p.yaml").collect
        #expect(
            stages.map(\.name) == [
                "a-max-depth-2", "a-max-depth-12", "b-agent-recode-policy-small",
                "b-agent-recode-policy-large",
                "b-agent-react-policy-small", "b-agent-react-policy-large",
            ])
        #expect(stages.map(\.recipe.maxDepth) == [2, 12, 4, 4, 4, 4])
        #expect(stages.map(\.recipe.slip) == [0.1, 0.1, 0, 0, 0, 0])
        #expect(stages.map(\.recipe.agent) == [.recode, .recode, .recode, .recode, .react, .react])
        #expect(
            stages.map(\.recipe.policy) == ["expert", "expert", "small", "large", "small", "large"])
        #expect(stages.map(\.sweep) == ["a", "a", "b", "b", "b", "b"])
        #expect(stages.map(\.prompts) == [nil, nil, "texts", "texts", "texts", "texts"])
    }

    @Test func aListOfOneValueIsThatValue() throws {
        let one = try PipelineFile.parse(head + "    max_depth: [4]\n    agent: [recode]\n", file: "p.yaml")
        #expect(one == (try PipelineFile.parse(head + "    max_depth: 4\n", file: "p.yaml")))
        #expect(one.collect.map(\.name) == ["c"])
    }

    @Test(arguments: badFiles)
    func aBadFileIsRefusedByLineKeyAndExpectation(file: BadFile) {
        #expect(problem(in: file.text) == file.message)
    }

    @Test func anUnknownTaskNamesTheNearestOne() {
        let message = problem(in: head + "    tasks: [boil, find-plnt]\n") ?? ""
        #expect(
            message.hasPrefix(
                "p.yaml:6: collect[0].tasks[1]: found 'find-plnt', expected a task of scienceworld: boil,"))
        #expect(message.hasSuffix("Did you mean 'find-plant'?"))
    }

    @Test func aValueOfManyLinesIsCutInTheMessage() {
        let message = problem(in: head + "seed: |\n  one\n  two\n")
        #expect(message == "p.yaml:6: seed: found 'one…', expected an integer.")
    }

    @Test func theFirstDifferenceNamesKeyAndBothValues() throws {
        let one = try PipelineFile.parse(head + "    slip: 0.02\nseed: 1\n", file: "p.yaml")
        let other = try PipelineFile.parse(
            "seed: 2\n# a comment\n" + head + "    slip: 0.05\n", file: "p.yaml")
        let difference = try #require(try one.firstDifference(from: other))
        #expect(difference.key == "collect[0].slip")
        #expect(difference.here == "0.02")
        #expect(difference.there == "0.05")
        #expect(try one.firstDifference(from: one) == nil)
    }
}
