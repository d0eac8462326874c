import TestServers
import Testing
import Trajectories

@testable import LanguageModels

extension ChatClientTests {
    struct LimitTests {
        @Test func noMoreRequestsAreUnderWayThanAllowed() async throws {
            let server = try MisbehavingServer.current()
            let profile = server.profile("threes", "limit") { $0.concurrency = 3 }
            try await ChatClient.withClient(profile: profile, pace: .quick) { client in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<9 {
                        group.addTask { _ = try await client.complete(profile.request) }
                    }
                    try await group.waitForAll()
                }
            }
            let seen = try await server.seen("threes", "limit")
            #expect(seen.count == 9)
            #expect(seen.most == 3)
        }

        @Test func whoeverIsAskedToWaitHoldsTheOthersBack() async throws {
            // The first request is answered with 429 and "wait a second"; the second caller's must come after that.
            let server = try MisbehavingServer.current()
            let profile = server.profile("429-wait", "pause") { $0.concurrency = 1 }
            try await ChatClient.withClient(profile: profile, pace: .quick) { client in
                try await withThrowingTaskGroup(of: ContinuousClock.Instant.self) { group in
                    let began = ContinuousClock.now
                    for _ in 0..<2 {
                        group.addTask {
                            _ = try await client.complete(profile.request)
                            return .now
                        }
                    }
                    for try await end in group { #expect(end - began >= .seconds(1)) }
                }
            }
            #expect(try await server.seen("429-wait", "pause").count == 3)
        }

        @Test func cancellingEndsARequestUnderWay() async throws {
            let server = try MisbehavingServer.current()
            let profile = server.profile("stalled", "cancelled")
            try await cancelled(profile) { _ in try await server.wait(for: 1, "stalled", "cancelled") }
            #expect(try await server.seen("stalled", "cancelled").count == 1)
        }

        @Test func cancellingEndsTheWaitForTheNextTry() async throws {
            let profile = try MisbehavingServer.current().profile("429-wait-long", "cancelled")
            let pace = RetryPace(longestAsked: .seconds(4000))
            try await cancelled(profile, pace: pace) { lines in await lines.begin() }
        }

        @Test func cancellingEndsTheWaitForATurn() async throws {
            let server = try MisbehavingServer.current()
            let profile = server.profile("answer", "cancelled") { $0.requestsPerMinute = 1 }
            try await ChatClient.withClient(profile: profile, pace: .quick) { client in
                _ = try await client.complete(profile.request)
                await withTaskGroup(of: Void.self) { group in
                    group.addTask { await expectCancellation { try await client.complete(profile.request) } }
                    group.addTask { await expectCancellation { try await client.complete(profile.request) } }
                    await Task.yield()
                    group.cancelAll()
                }
            }
        }

        /// Begins a call, cancels it once `isReady` returns, and expects it to end by that.
        private func cancelled(
            _ profile: ModelProfile, pace: RetryPace = .quick,
            isReady: @Sendable (LogLines) async throws -> Void
        ) async throws {
            let lines = LogLines()
            try await ChatClient.withClient(profile: profile, pace: pace, logger: lines.logger) { client in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { await expectCancellation { try await client.complete(profile.request) } }
                    try await isReady(lines)
                    group.cancelAll()
                    try await group.waitForAll()
                }
            }
        }

        private func expectCancellation(of body: @Sendable () async throws -> ChatCompletion) async {
            await #expect(throws: CancellationError.self) { try await body() }
        }
    }
}

struct RequestGateTests {
    @Test func whoeverLeavesTheFrontLetsTheNextOneIn() async throws {
        let gate = RequestGate(RequestLine(concurrency: 1, requestsPerMinute: nil, tokensPerMinute: nil))
        let (held, release) = AsyncStream<Never>.makeStream()
        let (entered, markEntered) = AsyncStream<Never>.makeStream()
        try await withThrowingTaskGroup(of: Int.self) { group in
            group.addTask {
                try await gate.perform(reserving: 1) {
                    markEntered.finish()
                    for await _ in held {}
                    return (1, nil)
                }
            }
            for await _ in entered {}
            await withTaskGroup(of: Void.self) { impatient in
                impatient.addTask {
                    await #expect(throws: CancellationError.self) {
                        try await gate.perform(reserving: 1) { (2, nil) }
                    }
                }
                impatient.cancelAll()
            }
            group.addTask { try await gate.perform(reserving: 1) { (3, nil) } }
            release.finish()
            let sum = try await group.reduce(0, +)
            #expect(sum == 4)
        }
    }
}
