import Testing

@testable import TraceGen

/// What the ALFWorld teacher reads from words: tasks, rooms, observations.
@Suite struct HouseTaskTests {
    /// Every wording of the package's six types, and what is close to them.
    private static let wordings: [(String, object: String, HouseTask.Change?, HouseTask.End)] = [
        ("put a saltshaker in drawer.", "saltshaker", nil, .put(count: 1, place: "drawer")),
        ("put some peppershaker on drawer.", "peppershaker", nil, .put(count: 1, place: "drawer")),
        ("put a clean plate in diningtable.", "plate", .clean, .put(count: 1, place: "diningtable")),
        (
            "clean some butterknife and put it in countertop.", "butterknife", .clean,
            .put(count: 1, place: "countertop")
        ),
        ("put a hot egg in garbagecan.", "egg", .heat, .put(count: 1, place: "garbagecan")),
        ("heat some potato and put it in sinkbasin.", "potato", .heat, .put(count: 1, place: "sinkbasin")),
        ("put a cool bread in countertop.", "bread", .cool, .put(count: 1, place: "countertop")),
        ("cool some apple and put it in microwave.", "apple", .cool, .put(count: 1, place: "microwave")),
        ("put two soapbar in cabinet.", "soapbar", nil, .put(count: 2, place: "cabinet")),
        ("find two pillow and put them in sofa.", "pillow", nil, .put(count: 2, place: "sofa")),
        ("find two cd and put them on the safe", "cd", nil, .put(count: 2, place: "safe")),
        ("look at alarmclock under the desklamp.", "alarmclock", nil, .look(lamp: "desklamp")),
        ("examine the pen with the floorlamp.", "pen", nil, .look(lamp: "floorlamp")),
        ("Put the mug in/on the coffeemachine", "mug", nil, .put(count: 1, place: "coffeemachine")),
        ("wash the cup and put it onto the shelf", "cup", .clean, .put(count: 1, place: "shelf")),
        ("put a cold lettuce on a diningtable", "lettuce", .cool, .put(count: 1, place: "diningtable")),
    ]

    @Test(arguments: wordings)
    func everyWordingIsRead(
        words: String, object: String, change: HouseTask.Change?, end: HouseTask.End
    ) throws {
        let task = try #require(HouseTask(words))
        #expect(task.object == object)
        #expect(task.change == change)
        #expect(task.end == end)
    }

    @Test(arguments: ["", "boil water", "put it in", "look at cd", "find the plate", "in the drawer"])
    func otherWordsAreNoTask(words: String) {
        #expect(HouseTask(words) == nil)
    }

    @Test func placesAreReadOffTheRoom() {
        let room =
            "You are in the middle of a room. Looking quickly around you, you see a bed 1, a drawer 12, a drawer 2, and a "
            + "tvstand 1.\nYour task is to: put two cd in drawer."
        #expect(HouseWords.names(in: room) == ["bed 1", "drawer 12", "drawer 2", "tvstand 1"])
        #expect(HouseWords.names(in: "['cd 3', 'cd 10', 'cd 3']") == ["cd 3", "cd 10"])
        #expect(HouseWords.names(in: "nothing, room2 4, Room 5, 7 8").isEmpty)
    }

    @Test func likelyPlacesComeFirstAndTheGoalLast() {
        let places = ["cabinet 2", "cabinet 1", "sofa 1", "gizmo 1", "fridge 1", "countertop 1"]
        #expect(
            HouseKnowledge.order(for: "apple", in: places, last: "countertop")
                == ["fridge 1", "sofa 1", "cabinet 2", "cabinet 1", "gizmo 1", "countertop 1"])
        #expect(Set(HouseKnowledge.order(for: "unheardof", in: places)) == Set(places))
    }

    @Test func sentencesOfTheWorldAreRemembered() {
        var memory = HouseMemory()
        memory.note(action: "go to drawer 1", "You arrive at drawer 1. The drawer 1 is closed.")
        #expect(memory.position == "drawer 1" && memory.closed == ["drawer 1"] && memory.contents.isEmpty)
        memory.note(
            action: "open drawer 1",
            "You open the drawer 1. The drawer 1 is open. In it, you see a cd 1, and a pen 2.")
        #expect(memory.closed.isEmpty && memory.contents["drawer 1"] == ["cd 1", "pen 2"])
        memory.note(action: "take cd 1 from drawer 1", "You pick up the cd 1 from the drawer 1.")
        #expect(memory.held == "cd 1" && memory.contents["drawer 1"] == ["pen 2"])
        memory.note(action: "go to desk 1", "You arrive at loc 7. On the desk 1, you see nothing.")
        #expect(memory.position == "desk 1" && memory.contents["desk 1"] == [])
        memory.note(action: "put cd 1 in/on desk 1", "You put the cd 1 in/on the desk 1.")
        #expect(memory.held == nil && memory.deliveries == [.init(object: "cd 1", place: "desk 1")])
        memory.note(action: "go to desk 2", "Nothing happens.")
        #expect(memory.wasRefused && memory.position == "desk 2", "two places share the spot before them")
    }

    @Test func aTextIsAlwaysAnsweredTheSameWay() {
        let numbers = (0..<1_000).map { HouseChoice("text \($0)").below(3) }
        #expect(numbers == (0..<1_000).map { HouseChoice("text \($0)").below(3) })
        for number in 0..<3 { #expect((250...420).contains(numbers.count { $0 == number })) }
        #expect(HouseChoice("solve").below(1_000_000) == 14_473)
    }
}
