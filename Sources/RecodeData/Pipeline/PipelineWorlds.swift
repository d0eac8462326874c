import Filter
import JSONLines
import TraceGen
import Trajectories

/// The environments of a pipeline, opened: each once, whichever stages play in it.
struct PipelineWorlds: Sendable {
    /// What episodes run on.
    let machine: Machine
    private let executors: PythonSandbox
    private let stages: [CollectStage]
    private var sites: [WorldChoice: Site] = [:]

    /// Opens the environments that need nothing made first.
    /// - Throws: as ``WorldChoice/opened(python:madeGames:)``; `TraceGenError` (`badRequest`) for a task or split that one does not have.
    init(of stages: [CollectStage], on machine: Machine) async throws {
        self.stages = stages
        self.machine = machine
        executors = try await machine.executors()
        for stage in stages where stage.world.gameOrder == nil { try await open(stage) }
    }

    /// Makes the games that stages ask for, and opens their environments.
    mutating func openRest(in place: PipelineDirectory) async throws {
        for stage in stages {
            guard let order = stage.world.gameOrder, sites[stage.world] == nil else {
                try await open(stage)
                continue
            }
            let folder = place.path(of: "games/per-type-\(order.perType)-seed-\(order.seed)")
            try await GameMaking(order: order, python: machine.python).run(into: folder)
            try await open(stage, madeGames: folder)
        }
    }

    private mutating func open(_ stage: CollectStage, madeGames: String? = nil) async throws {
        if sites[stage.world] == nil {
            sites[stage.world] = Site(
                environment: try await stage.world.opened(python: machine.python, madeGames: madeGames),
                executors: executors, environmentWorkers: machine.environmentWorkers)
        }
        try site(of: stage).environment.require(tasks: stage.recipe.tasks, split: stage.recipe.split)
    }

    /// Where a stage's episodes are played.
    func site(of stage: CollectStage) -> Site {
        guard let site = sites[stage.world] else {
            preconditionFailure("every environment of the pipeline was opened")
        }
        return site
    }

    /// Lists what is held out of the environments whose lists nobody has made, so that every export is compared with it.
    ///
    /// - Parameters:
    ///   - gate: what knows the lists there are.
    ///   - place: where the lists go.
    ///   - ledger: what remembers those that were made before.
    /// - Returns: the files, in the order of the stages.
    func listHeldOut(
        beside gate: LeakageGate, in place: PipelineDirectory, _ ledger: inout StageLedger
    ) async throws -> [String] {
        var seen: Set<WorldChoice> = []
        var names: [String] = []
        // Worlds of one name have lists of their own.
        var counts: [String: Int] = [:]
        for stage in stages where seen.insert(stage.world).inserted {
            let environment = site(of: stage).environment
            guard !environment.heldOutSplits.isEmpty,
                !gate.knows(
                    environment.name, version: environment.version, options: environment.options)
            else { continue }
            counts[environment.name, default: 0] += 1
            // No environment's name has a '.'.
            let number = counts[environment.name].flatMap { $0 > 1 ? ".\($0)" : nil } ?? ""
            let name = "held-out/\(environment.name)\(number).json.gz"
            try await list(environment, as: name, in: place, &ledger)
            names.append(name)
        }
        return names.map(place.path)
    }

    private func list(
        _ environment: any Environment, as name: String, in place: PipelineDirectory,
        _ ledger: inout StageLedger
    ) async throws {
        let inputs = try StageLedger.fingerprint([
            "environment": environment.name, "version": environment.version,
            "options": String(decoding: try CanonicalJSON.encode(environment.options), as: UTF8.self),
            "program": Version.current,
        ])
        if ledger.isCurrent(name, inputs: inputs) { return }
        let list = try await HeldOutJob(
            environment: environment, concurrency: machine.concurrency,
            workers: machine.environmentWorkers
        ).run()
        try Directory.create(place.path(of: "held-out"))
        try list.write(to: place.path(of: name))
        try ledger.record(name, inputs: inputs)
        StandardError.say(
            "\(name): \(Wording.count(list.instances.count, "instance")) of dev and test, not to be trained on"
        )
    }
}

extension WorldChoice {
    /// The games to make before it can be opened.
    fileprivate var gameOrder: GameOrder? {
        if case .alfworld(.made(let order)) = self { order } else { nil }
    }
}
