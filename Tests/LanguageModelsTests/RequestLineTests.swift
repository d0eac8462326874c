import Testing
import Trajectories

@testable import LanguageModels

struct RequestLineTests {
    @Test func firstComeFirstServed() {
        var line = RequestLine(concurrency: 1, requestsPerMinute: nil, tokensPerMinute: nil)
        let (first, second) = (line.join(tokens: 1), line.join(tokens: 1))
        #expect(line.ask(second, now: .zero) == .waitForOthers)
        #expect(line.ask(first, now: .zero) == .begin)
        #expect(line.front == second)
        #expect(line.ask(second, now: .zero) == .waitForOthers)
        line.finish(first, tokens: nil)
        #expect(line.ask(second, now: .zero) == .begin)
        #expect(line.front == nil)
    }

    @Test func whoLeavesIsNotWaitedFor() {
        var line = RequestLine(concurrency: 1, requestsPerMinute: nil, tokensPerMinute: nil)
        let (first, second) = (line.join(tokens: 1), line.join(tokens: 1))
        line.leave(first)
        #expect(line.ask(second, now: .zero) == .begin)
    }

    @Test func nobodyBeginsInAPause() {
        var line = RequestLine(concurrency: 2, requestsPerMinute: nil, tokensPerMinute: nil)
        #expect(begin(&line, at: .seconds(1)) == .begin)
        line.pause(until: .seconds(9))
        line.pause(until: .seconds(4))
        let second = line.join(tokens: 1)
        #expect(line.ask(second, now: .seconds(2)) == .wait(until: .seconds(9)))
        #expect(line.ask(second, now: .seconds(9)) == .begin)
    }

    @Test func aMinuteHoldsSoManyRequests() {
        var line = RequestLine(concurrency: 9, requestsPerMinute: 2, tokensPerMinute: nil)
        #expect(begin(&line, at: .seconds(1)) == .begin)
        #expect(begin(&line, at: .seconds(5)) == .begin)
        let third = line.join(tokens: 1)
        #expect(line.ask(third, now: .seconds(6)) == .wait(until: .seconds(61)))
        #expect(line.ask(third, now: .seconds(61)) == .begin)
        #expect(begin(&line, at: .seconds(62)) == .wait(until: .seconds(65)))
    }

    @Test func aMinuteHoldsSoManyTokens() {
        var line = RequestLine(concurrency: 9, requestsPerMinute: nil, tokensPerMinute: 100)
        #expect(begin(&line, tokens: 40, at: .seconds(1)) == .begin)
        #expect(begin(&line, tokens: 40, at: .seconds(2)) == .begin)
        let third = line.join(tokens: 70)
        #expect(line.ask(third, now: .seconds(3)) == .wait(until: .seconds(62)))
        #expect(line.ask(third, now: .seconds(62)) == .begin)
    }

    @Test func realUsageTakesThePlaceOfTheEstimate() {
        var line = RequestLine(concurrency: 9, requestsPerMinute: nil, tokensPerMinute: 100)
        let first = line.join(tokens: 90)
        #expect(line.ask(first, now: .zero) == .begin)
        let second = line.join(tokens: 50)
        #expect(line.ask(second, now: .seconds(1)) == .wait(until: .seconds(60)))
        line.finish(first, tokens: 50)
        #expect(line.ask(second, now: .seconds(2)) == .begin)
    }

    @Test func aRequestLargerThanTheLimitGoesAlone() {
        var line = RequestLine(concurrency: 9, requestsPerMinute: nil, tokensPerMinute: 100)
        #expect(begin(&line, tokens: 5000, at: .zero) == .begin)
        #expect(begin(&line, tokens: 5000, at: .seconds(1)) == .wait(until: .seconds(60)))
    }

    /// Random requests, served as the line says: no minute may hold more than the limits.
    @Test(arguments: 0..<20) func noMinuteHoldsMoreThanTheLimits(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var line = RequestLine(concurrency: 4, requestsPerMinute: 5, tokensPerMinute: 300)
        var begun: [(ticket: Int, time: Duration, tokens: Int)] = []
        var underWay: [Int] = []
        var now = Duration.zero
        for _ in 0..<300 {
            let tokens = Int.random(in: 1...120, using: &random)
            let ticket = line.join(tokens: tokens)
            now += .milliseconds(Int.random(in: 0...9000, using: &random))
            if underWay.count == 4 {
                line.finish(underWay.remove(at: Int.random(in: 0..<4, using: &random)), tokens: nil)
            }
            var answer = line.ask(ticket, now: now)
            if case .wait(let time) = answer {
                #expect(time > now, "seed \(seed)")
                now = time
                answer = line.ask(ticket, now: now)
            }
            #expect(answer == .begin, "seed \(seed)")
            begun.append((ticket, now, tokens))
            underWay.append(ticket)
            let minute = begun.filter { $0.time + .seconds(60) > now }
            #expect(minute.count <= 5, "seed \(seed)")
            #expect(minute.map(\.tokens).reduce(0, +) <= 300, "seed \(seed)")
        }
    }

    private func begin(_ line: inout RequestLine, tokens: Int = 1, at now: Duration) -> RequestLine.Answer {
        line.ask(line.join(tokens: tokens), now: now)
    }
}
