import Testing

@testable import JSONLines
@testable import Trajectories

/// Texts that cost n² steps to compare stand only where no program compares them.
struct EndlessAccentsTests {
    private static func marks(_ count: Int) -> String {
        let all: [Unicode.Scalar] = ["\u{301}", "\u{316}", "\u{345}"]
        return String(String.UnicodeScalarView((0..<count).map { all[$0 % 3] }))
    }

    @Test(arguments: [0, 1, 30, 31, 32, 500]) func moreThanThirtyAreEndless(count: Int) {
        let text = "x" + Self.marks(count)
        #expect(text.holdsEndlessAccents == (count > 30))
        #expect(EndlessAccents.isFound(in: Array("{\"a\": \"\(text)\"}".utf8)) == (count > 30))
        let escaped = text.unicodeScalars.dropFirst().map { "\\u0\(String($0.value, radix: 16))" }.joined()
        #expect(EndlessAccents.isFound(in: Array("\"\(escaped)\"".utf8)) == (count > 30))
    }

    @Test(arguments: [
        "", "plain", "\u{E9}t\u{E9}", "\\", "\\u", "\\u03", "\\ud83d\\ude00", "\u{1F468}\u{200D}\u{1F469}",
        "\u{11131}\u{11132}", "\u{FFFD}",
    ])
    func othersAreNot(text: String) {
        #expect(!text.holdsEndlessAccents && !EndlessAccents.isFound(in: Array(text.utf8)))
        for length in 0..<text.utf8.count { _ = EndlessAccents.isFound(in: Array(text.utf8.prefix(length))) }
    }

    @Test func theKeyIsNamed() {
        let value = JSONValue.object([
            "thought": .string(Self.marks(40)),
            "environment": .object(["options": .object(["thought": .array([.string(Self.marks(40))])])]),
        ])
        #expect(EndlessAccents.key(in: value, except: ["thought"]) == "thought")
        #expect(
            EndlessAccents.key(in: .object(["thought": .string(Self.marks(40))]), except: ["thought"]) == nil)
        #expect(EndlessAccents.key(in: .string("x")) == nil)
    }

    /// What is grouped, compared or decoded as one of some words.
    @Test(arguments: [
        "\"ended\":\"step_limit\"", "\"status\":\"completed\"", "\"name\":\"scienceworld\"", "\"schema\":",
    ])
    func recordsAreRefused(place: String) throws {
        let line = String(decoding: try TrajectoryCodec.encode(exampleTrajectory()), as: UTF8.self)
        let range = try #require(line.firstRange(of: place), "\(line.prefix(300))")
        let value =
            place.hasSuffix(":")
            ? "\(place)\"\(Self.marks(100_000))" : place.dropLast() + Self.marks(100_000) + "\""
        var changed = line
        if place.hasSuffix(":") {
            changed.replaceSubrange(range, with: value + "\",\"x\":")
        } else {
            changed.replaceSubrange(range, with: value)
        }
        #expect(throws: TrajectoriesError.self) {
            try TrajectoryCodec.decode(JSONLine(number: 1, bytes: Array(changed.utf8)), in: "f")
        }
    }

    @Test func whatOthersSayStays() throws {
        var trajectory = exampleTrajectory()
        trajectory.instruction = "x" + Self.marks(1_000)
        trajectory.nodes[0].expansion?.thought = "x" + Self.marks(1_000)
        let line = JSONLine(number: 1, bytes: try TrajectoryCodec.encode(trajectory))
        #expect(try TrajectoryCodec.decode(line, in: "f") == trajectory)
    }
}
