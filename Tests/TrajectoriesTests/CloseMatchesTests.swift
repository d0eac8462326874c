import Testing

@testable import Trajectories

@Suite struct CloseMatchesTests {
    @Test(arguments: [
        ("boill", ["boil"]), ("find-plnt", ["find-plant"]), ("lifespan-longest", ["lifespan-longest-lived"]),
        ("webshop", []), ("", []),
    ])
    func closeMatchesAreWhatWasMeant(word: String, names: [String]) {
        let tasks = ["boil", "find-animal", "find-plant", "lifespan-longest-lived", "melt"]
        #expect(CloseMatches.of(word, among: tasks) == names)
    }

    @Test func aShortWordIsNotTakenForEveryNameThatHoldsIt() {
        #expect(CloseMatches.nearest(to: "m", among: ["models", "temperature"]) == nil)
        #expect(
            CloseMatches.nearest(to: "temperature_max", among: ["models", "temperature"]) == "temperature")
    }

    @Test(arguments: [
        ("kitten", "sitting", 3), ("", "abc", 3), ("abc", "", 3), ("same", "same", 0), ("ab", "ba", 1),
    ])
    func distanceCountsEdits(one: String, other: String, edits: Int) {
        #expect(CloseMatches.distance(one, other) == edits)
    }
}
