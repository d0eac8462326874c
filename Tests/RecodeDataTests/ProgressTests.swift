import Synchronization
import Testing

@testable import RecodeData

@Suite struct ProgressTests {
    private func progress(resumed: Int = 0, rewards: [Double]) -> CollectProgress {
        var progress = CollectProgress(title: "expert", total: 60, resumed: resumed)
        for reward in rewards { progress.add(reward: reward, success: reward == 1, failed: reward < 0) }
        return progress
    }

    @Test func aLineSaysWhereThingsStand() {
        #expect(progress(rewards: []).line(after: .seconds(1)) == "collect expert: 0/60 episodes")
        #expect(
            progress(resumed: 7, rewards: []).line(after: .zero)
                == "collect expert: 7/60 episodes, 7 from before")
        #expect(
            progress(resumed: 7, rewards: [1, 0.5, 0.75]).line(after: .seconds(6))
                == "collect expert: 10/60 episodes, 1 succeeded, mean reward 0.75, 0.5 episodes/s, 1 min 40 s left"
        )
        #expect(
            progress(resumed: 58, rewards: [1, -1]).line(after: .seconds(1))
                == "collect expert: 60/60 episodes, 1 succeeded, 1 failed, mean reward 0.00, 2.0 episodes/s")
    }

    @Test(arguments: [20, 40, 80, 120, 300])
    func aBarNeverFillsTheTerminalsLine(columnCount: Int) {
        let bar = progress(resumed: 20, rewards: [1, 0.5]).bar(after: .seconds(6), columnCount: columnCount)
        #expect(bar.count < columnCount)
        #expect(bar.contains("22/60"))
    }

    @Test func linesComeAtMostEveryFiveSecondsAndAtTheEnd() async {
        let screen = Screen()
        let reporter = ProgressReporter(
            CollectProgress(title: "expert", total: 20), style: .lines, now: { screen.tick() },
            write: { if case .line(let words) = $0 { screen.add("recode-data: \(words)\n") } })
        await reporter.begin()
        for _ in 0..<20 { await reporter.add(reward: 1, success: true, failed: false) }
        await reporter.end()
        let counts = screen.text.split(separator: "\n").map { $0.split(separator: " ")[3] }
        #expect(counts == ["0/20", "5/20", "10/20", "15/20", "20/20"])
    }

    @Test(arguments: [
        (0.0, "0.0 s"), (8.44, "8.4 s"), (59.94, "59.9 s"), (60, "1 min 00 s"), (125.4, "2 min 05 s"),
        (3720, "1 h 02 min"),
    ])
    func durationsReadAsPeopleSayThem(seconds: Double, words: String) {
        #expect(Wording.duration(.seconds(seconds)) == words)
    }

    @Test(arguments: [
        (0.0, 2, "0.00"), (-0.004, 2, "0.00"), (-0.015, 2, "-0.02"), (0.995, 2, "1.00"), (12.05, 1, "12.1"),
        (7.5, 0, "8"),
    ])
    func decimalsHaveTheirPlaces(value: Double, places: Int, words: String) {
        #expect(Wording.decimal(value, places: places) == words)
    }
}

/// What was shown, and a clock that goes on by a second each time it is read.
private final class Screen: Sendable {
    private let state = Mutex((text: "", time: 0))

    var text: String { state.withLock { $0.text } }

    func add(_ text: String) { state.withLock { $0.text += text } }

    func tick() -> Duration {
        state.withLock {
            $0.time += 1
            return .seconds($0.time)
        }
    }

    @Test func whoeverInterruptsIsToldTheCommandToGoOnWith() {
        let collect = ["recode-data", "collect", "--run", "my runs/a", "--policy", "it's"]
        #expect(
            AfterInterruption.goesOn(with: "--resume").words(collect)
                == #"What was done is kept. Go on with: recode-data collect --run 'my runs/a' --policy 'it'\''s' --resume"#
        )
        #expect(
            AfterInterruption.goesOn(with: "--resume").words(["p", "--resume"])
                == "What was done is kept. Go on with: p --resume")
        #expect(
            AfterInterruption.startsOver.words(["p"]) == "Nothing was written; run the same command again.")
    }
}
