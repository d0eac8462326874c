import Testing
import Trajectories

@testable import LanguageModels

struct RetryTests {
    private static func setback(_ askedWait: Duration? = nil) -> Setback {
        Setback(.unavailable, "HTTP 503", .checkServer, askedWait: askedWait)
    }

    private func waits(after verdicts: [TryVerdict], seed: UInt64 = 1) -> [Duration] {
        var plan = RetryPlan(maxRetries: 20, pace: RetryPace(), random: SeededGenerator(seed: seed))
        return verdicts.compactMap { verdict in
            guard case .retry(let wait, _) = plan.step(after: verdict) else { return nil }
            return wait
        }
    }

    @Test(arguments: 0..<20) func waitsDoubleUpToAMinuteAndSpread(seed: UInt64) {
        let waits = waits(after: Array(repeating: .passing(Self.setback()), count: 9), seed: seed)
        for (wait, least) in zip(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60]) {
            #expect(wait >= .seconds(least) && wait <= .seconds(least) * 1.5, "seed \(seed)")
        }
        #expect(waits == self.waits(after: Array(repeating: .passing(Self.setback()), count: 9), seed: seed))
    }

    @Test func theServersOwnWaitIsTheLeast() {
        let waits = waits(after: [.passing(Self.setback(.seconds(300))), .passing(Self.setback(.zero))])
        #expect(waits[0] >= .seconds(300) && waits[0] <= .seconds(300.5))
        #expect(waits[1] >= .seconds(2) && waits[1] <= .seconds(3))
    }

    @Test func aLongerWaitEndsTheCall() {
        var plan = RetryPlan(maxRetries: 5, pace: RetryPace(), random: SeededGenerator(seed: 1))
        let asked = Self.setback(.seconds(301))
        let said = Setback(.unavailable, "HTTP 503, and it asks to wait for 301 s", .resumeLater)
        #expect(plan.step(after: .passing(asked)) == .fail(said))
    }

    @Test func triesAreCounted() {
        var plan = RetryPlan(maxRetries: 1, pace: RetryPace(), random: SeededGenerator(seed: 1))
        guard case .retry = plan.step(after: .passing(Self.setback())) else {
            Issue.record("no retry")
            return
        }
        #expect(plan.step(after: .passing(Self.setback())) == .fail(Self.setback()))
        #expect(plan.tries == 2)
    }

    @Test func permanentSetbacksAndAnswersEndAtOnce() {
        var plan = RetryPlan(maxRetries: 9, pace: RetryPace(), random: SeededGenerator(seed: 1))
        #expect(plan.step(after: .permanent(Self.setback())) == .fail(Self.setback()))
        let completion = ChatCompletion(text: "yes")
        #expect(plan.step(after: .answer(completion)) == .answer(completion))
    }

    @Test(
        arguments: [
            ("0", nil, Duration.zero), (" 2 ", nil, .seconds(2)), ("1.5", nil, .seconds(1.5)),
            ("7", "250", .seconds(0.25)), ("7", "soon", .seconds(7)),
            ("Sun, 06 Nov 1994 08:49:47 GMT", nil, .seconds(10)),
            ("Sun, 06 Nov 1994 08:49:07 GMT", nil, .zero),
            ("-1", nil, nil), ("nan", nil, nil), ("inf", nil, nil), ("soon", nil, nil), ("", nil, nil),
            ("Sun, 06 Nov 1994 08:49 GMT", nil, nil), ("Sun, 99 Nov 1994 08:49:37 GMT", nil, nil),
        ] as [(String, String?, Duration?)])
    func retryAfterIsSecondsOrADate(seconds: String, milliseconds: String?, wait: Duration?) {
        let reply = ServerReply(status: 429, retryAfter: seconds, retryAfterMilliseconds: milliseconds)
        #expect(RetryAfter.wait(reply, now: 784_111_777) == wait)
    }

    @Test(arguments: [
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777),
        ("Thu, 29 Feb 2024 12:00:00 GMT", 1_709_208_000), ("Fri, 01 Mar 2024 00:00:00 GMT", 1_709_251_200),
        ("Fri, 31 Dec 2100 23:59:59 GMT", 4_133_980_799),
    ])
    func datesAreThoseOfHTTP(text: String, seconds: Int) {
        #expect(RetryAfter.secondsSince1970(ofDate: text) == seconds)
    }
}
