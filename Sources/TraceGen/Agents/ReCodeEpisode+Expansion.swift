import Prompts
import Trajectories

extension ReCodeEpisode {
    /// Expands a placeholder and runs what it expands to; expands it again while its code raises.
    func expand(_ index: Int, _ call: PlaceholderCall, path: [PlaceholderCall]) async throws -> VisitResult {
        try checkRecursion(index, call, path: path)
        tree[index].expansion = Expansion(variables: call.variables)
        var variables = call.variables
        var correction: Correction?
        var assigned: Set<String> = []
        for attempt in 0...setting.limits.maxRetry {
            if attempt > 0 { variables = try await self.variables(call.inputs, at: index) }
            var current = call
            current.variables = variables
            let block = try await ask(
                index,
                ExpansionRequest(signature: call.signature, variables: variables, correction: correction))
            try accept(block, variables: variables, at: index)
            switch try await run(block, attempt: attempt, below: index, path: path + [current]) {
            case .done(let names):
                assigned.formUnion(names)
                tree[index].lostOutputs = call.outputs.filter { !assigned.contains($0) }
                return .done(assigned: assigned)
            case .raised(let message, let problem, let names):
                assigned.formUnion(names)
                correction = try reject(block.answer, problem, message, at: index)
            }
        }
        fail(index, "retry limit: \(setting.limits.maxRetry + 1) expansions of this placeholder raised")
        throw EpisodeEnd(.retryLimit, tree[index].code)
    }

    /// Depth and loops are judged before the policy is asked, so a hopeless placeholder costs no call.
    private func checkRecursion(_ index: Int, _ call: PlaceholderCall, path: [PlaceholderCall])
        throws(EpisodeEnd)
    {
        if path.contains(where: { $0.repeats(call) }) {
            fail(index, "loop: this placeholder is being expanded already, with the same variables")
            throw EpisodeEnd(.loop, tree[index].code)
        }
        if tree[index].depth >= setting.limits.maxDepth {
            fail(index, "depth limit: expansions may nest \(setting.limits.maxDepth) deep")
            throw EpisodeEnd(.depthLimit, tree[index].code)
        }
    }

    /// Asks the policy until its answer keeps the format.
    private func ask(_ index: Int, _ request: ExpansionRequest) async throws -> AcceptedBlock {
        var request = request
        let raised = request.correction
        for _ in 0...setting.limits.maxRewrite {
            let answer = try await answer(to: request, at: index)
            switch AnswerFormat.parse(answer) {
            case .failure(let problem):
                request.correction = try reject(answer, .format, problem.message, at: index).after(raised)
            case .success(let parsed):
                switch try await parse(parsed.code, at: index) {
                case .formatProblem(let message):
                    request.correction = try reject(answer, .format, message, at: index).after(raised)
                case .statements(let statements):
                    return AcceptedBlock(answer: answer, parsed: parsed, statements: statements)
                }
            }
        }
        fail(index, "rewrite limit: \(setting.limits.maxRewrite + 1) answers broke the format")
        throw EpisodeEnd(.rewriteLimit, tree[index].code)
    }

    private func answer(to request: ExpansionRequest, at index: Int) async throws -> String {
        guard calls < callLimit else {
            let message = "an episode may take \(callLimit) answers"
            fail(index, "call limit: \(message)")
            throw EpisodeEnd(.policyError, message)
        }
        let began = clock.now
        defer { policyTime += clock.now - began }
        do {
            let answer = try await setting.policy.expand(request)
            calls += 1
            usage.add(answer.usage)
            try record([answer.text], at: index)
            return answer.text
        } catch let failure as PolicyFailure {
            usage.add(failure.usage)
            fail(index, failure.message)
            throw EpisodeEnd(.policyError, failure.message)
        }
    }

    private func variables(_ names: [String], at index: Int) async throws -> [Variable] {
        do {
            return try await setting.executor.variables(names)
        } catch {
            throw failed(index, error)
        }
    }

    private func parse(_ code: String, at index: Int) async throws -> ParsedBlock {
        do {
            return try await setting.executor.parse(code)
        } catch {
            throw failed(index, error)
        }
    }

    private func accept(
        _ block: AcceptedBlock, variables: [Variable], at index: Int
    ) throws(EpisodeEnd) {
        try record([block.parsed.thought, block.parsed.code], at: index)
        try record(at: index) { size throws(EpisodeEnd) in try size.add(nodes: block.statements) }
        tree[index].status = .expanded
        tree[index].expansion?.variables = variables
        tree[index].expansion?.thought = block.parsed.thought
        tree[index].expansion?.code = block.parsed.code
        tree[index].expansion?.response = block.answer
    }

    /// Puts an answer that did not stand among the attempts.
    private func reject(
        _ answer: String, _ problem: AttemptProblem, _ message: String, at index: Int
    ) throws(EpisodeEnd) -> Correction {
        try record([message], at: index)
        tree[index].expansion?.attempts.append(Attempt(response: answer, problem: problem, message: message))
        tree[index].expansion?.response = ""
        tree[index].expansion?.thought = ""
        tree[index].expansion?.code = ""
        return Correction(problem: problem, response: answer, message: message)
    }

    /// Runs an accepted block statement by statement.
    private func run(
        _ block: AcceptedBlock, attempt: Int, below index: Int, path: [PlaceholderCall]
    ) async throws -> VisitResult {
        blockCount += 1
        let number = blockCount
        let children = tree.expand(index, attempt: attempt, into: block.statements)
        var assigned: Set<String> = []
        for (position, child) in children.enumerated() {
            switch try await visit(child, in: number, path: path) {
            case .done(let names): assigned.formUnion(names)
            case .raised(let message, let problem, let names):
                for left in children[(position + 1)...] { tree[left].status = .skipped }
                return .raised(message, problem, assigned: assigned.union(names))
            }
        }
        return .done(assigned: assigned)
    }
}

/// An answer that kept the format.
private struct AcceptedBlock: Sendable {
    var answer: String
    var parsed: ParsedAnswer
    var statements: [String]
}

extension Correction {
    /// The same, with what an earlier answer raised.
    fileprivate func after(_ earlier: Correction?) -> Correction {
        guard let earlier, earlier.problem != .format else { return self }
        var both = self
        both.message = ExpansionProblem.text(message, afterFailure: earlier.message)
        return both
    }
}

extension PlaceholderCall {
    /// Whether expanding `other` below this call would only come back to where it started: the same function with the
    /// same arguments and the same values. New values are progress, not a loop (paper, appendix A.1).
    func repeats(_ other: PlaceholderCall) -> Bool {
        name == other.name && inputs == other.inputs && variables == other.variables
            && arguments(of: signature) == arguments(of: other.signature)
    }

    /// The call without its left-hand side.
    private func arguments(of signature: String) -> Substring {
        signature.firstRange(of: "\(name)(").map { signature[$0.lowerBound...] } ?? signature[...]
    }
}
