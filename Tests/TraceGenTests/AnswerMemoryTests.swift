import Synchronization
import Testing
import Trajectories

@testable import TraceGen

/// Answers over several tries at one episode.
@Suite struct AnswerMemoryTests {
    /// Answers with the number of the question in its session, and counts what it is asked.
    private final class CountingPolicy: Policy {
        let record = PolicyRecord(name: "counting", model: "numbers")
        let scouting = Scouting.none
        let asked = Mutex<[String]>([])

        func begin(_ context: PolicyContext) async throws -> any PolicySession { Session(policy: self) }

        private actor Session: PolicySession {
            let policy: CountingPolicy
            var count = 0

            init(policy: CountingPolicy) { self.policy = policy }

            func expand(_ request: ExpansionRequest) async throws -> PolicyAnswer { next(request.signature) }
            func act(_ request: TurnRequest) async throws -> PolicyAnswer {
                next(request.turns.map(\.code).joined(separator: ","))
            }

            private func next(_ question: String) -> PolicyAnswer {
                count += 1
                policy.asked.withLock { $0.append(question) }
                return PolicyAnswer(text: "\(question) is \(count)")
            }
        }
    }

    private func context(_ observation: String = "here") -> PolicyContext {
        PolicyContext(
            environment: "e", instance: TaskInstance(task: "t", variation: 0, split: .train, stepLimit: 9),
            start: EpisodeStart(instruction: "do", observation: observation),
            limits: EpisodeLimits(stepLimit: 9),
            seed: 1)
    }

    private func ask(_ session: any PolicySession, _ questions: String...) async throws -> [String] {
        var answers: [String] = []
        for question in questions {
            answers.append(
                try await session.expand(ExpansionRequest(signature: question, variables: [])).text)
        }
        return answers
    }

    @Test func aSecondTryGetsTheSameAnswersAndGoesOnWithTheSession() async throws {
        let policy = CountingPolicy()
        let memory = AnswerMemory(policy)
        let first = try await ask(memory.begin(context()), "a", "b")
        let second = try await ask(memory.begin(context()), "a", "b", "c")
        #expect(first == ["a is 1", "b is 2"] && second == first + ["c is 3"])
        #expect(policy.asked.withLock { $0 } == ["a", "b", "c"])
        #expect(try await ask(memory.begin(context()), "a", "b", "c", "d") == second + ["d is 4"])
    }

    @Test func anotherQuestionIsAnsweredAsIfThereHadBeenNoTryBefore() async throws {
        let policy = CountingPolicy()
        let memory = AnswerMemory(policy)
        _ = try await ask(memory.begin(context()), "a", "b", "c")
        #expect(try await ask(memory.begin(context()), "a", "x", "c") == ["a is 1", "x is 2", "c is 3"])
        #expect(try await ask(memory.begin(context()), "a", "x", "c") == ["a is 1", "x is 2", "c is 3"])
    }

    @Test func anotherBeginningIsAnotherEpisode() async throws {
        let memory = AnswerMemory(CountingPolicy())
        _ = try await ask(memory.begin(context()), "a", "b")
        #expect(try await ask(memory.begin(context("there")), "b", "a") == ["b is 1", "a is 2"])
    }

    @Test func turnsAreComparedWithAllThatWasBeforeThem() async throws {
        let policy = CountingPolicy()
        let memory = AnswerMemory(policy)
        func play(_ codes: [String]) async throws -> [String] {
            let session = try await memory.begin(context())
            var request = TurnRequest(instruction: "do", observation: "here")
            var answers: [String] = []
            for code in codes {
                answers.append(try await session.act(request).text)
                request.turns.append(.init(thought: "", code: code, observation: "seen"))
            }
            return answers
        }
        let first = try await play(["a", "b", "c"])
        #expect(first == [" is 1", "a is 2", "a,b is 3"])
        #expect(try await play(["a", "b", "c"]) == first)
        #expect(policy.asked.withLock { $0.count } == 3)
        #expect(try await play(["a", "x", "c"]) == [" is 1", "a is 2", "a,x is 3"])
    }
}
