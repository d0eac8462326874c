import Trajectories

/// What a policy has answered in an episode, over all its tries: one that is played again gets the same answers as long as
/// it asks the same.
///
/// The policy's session goes on from try to try as well. Where a try comes to ask something else, a new session is taken
/// through what was asked until then, so that it stands where it would stand without the try before.
actor AnswerMemory {
    private let policy: any Policy
    private var context: PolicyContext?
    private var session: (any PolicySession)?
    private var answered: [(question: Question, answer: PolicyAnswer)] = []
    /// How many answers this try has had.
    private var position = 0

    init(_ policy: any Policy) {
        self.policy = policy
    }

    /// Begins a try.
    /// - Returns: the session to ask in it.
    /// - Throws: what the policy throws.
    func begin(_ context: PolicyContext) async throws -> any PolicySession {
        position = 0
        if session == nil || self.context?.start != context.start {
            answered = []
            session = try await policy.begin(context)
        }
        self.context = context
        return RememberingSession(memory: self)
    }

    fileprivate func answer(to request: PolicyRequest) async throws -> PolicyAnswer {
        let question = Question(request)
        if position < answered.count {
            if answered[position].question == question {
                position += 1
                return answered[position - 1].answer
            }
            try await beginAgain(before: request)
        }
        guard let session else { preconditionFailure("a try has begun before it asks") }
        let answer = try await request.asked(of: session)
        answered.append((question, answer))
        position += 1
        return answer
    }

    /// Takes a new session to where this try stands.
    private func beginAgain(before request: PolicyRequest) async throws {
        guard let context else { preconditionFailure("a try has begun before it asks") }
        answered.removeSubrange(position...)
        let fresh = try await policy.begin(context)
        for (question, _) in answered { _ = try await question.request(before: request).asked(of: fresh) }
        session = fresh
    }
}

/// What a policy is asked.
private enum PolicyRequest: Sendable, Hashable {
    case expansion(ExpansionRequest)
    case turn(TurnRequest)

    func asked(of session: any PolicySession) async throws -> PolicyAnswer {
        switch self {
        case .expansion(let request): try await session.expand(request)
        case .turn(let request): try await session.act(request)
        }
    }
}

/// A request as it is remembered. Of the turns, which each request has all of, it holds the last: the others are those of
/// the questions before it.
private struct Question: Sendable, Hashable {
    private var request: PolicyRequest
    private var turnCount = 0

    init(_ request: PolicyRequest) {
        self.request = request
        guard case .turn(var turn) = request else { return }
        turnCount = turn.turns.count
        turn.turns = Array(turn.turns.suffix(1))
        self.request = .turn(turn)
    }

    /// The whole request, where a later one has the same beginning.
    func request(before later: PolicyRequest) -> PolicyRequest {
        guard case .turn(var turn) = request, case .turn(let whole) = later else { return request }
        turn.turns = Array(whole.turns.prefix(turnCount))
        return .turn(turn)
    }
}

/// One try's side of the memory.
private struct RememberingSession: PolicySession {
    let memory: AnswerMemory

    func expand(_ request: ExpansionRequest) async throws -> PolicyAnswer {
        try await memory.answer(to: .expansion(request))
    }

    func act(_ request: TurnRequest) async throws -> PolicyAnswer {
        try await memory.answer(to: .turn(request))
    }
}
