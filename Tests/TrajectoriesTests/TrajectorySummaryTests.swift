import JSONLines
import Testing

@testable import Trajectories

@Suite struct TrajectorySummaryTests {
    @Test(arguments: [
        (#"{"a":1,"nodes":[{"code":"x = ']\"['","n":[1,[2]]},{}],"z":"]"}"#, #"{"a":1,"nodes":[],"z":"]"}"#),
        (
            #"{"a":"\"nodes\":[1]","nodes":[],"z":{"nodes":[1]}}"#,
            #"{"a":"\"nodes\":[1]","nodes":[],"z":{"nodes":[1]}}"#
        ),
        (#"{"nodes":[1,"a\\"],"z":0}"#, #"{"nodes":[],"z":0}"#),
    ])
    func theNodesAloneAreCutOut(line: String, head: String) {
        #expect(RecordHead.bytes(of: Array(line.utf8)) == Array(head.utf8))
    }

    @Test(arguments: [
        #"{"z":{"nodes":[1]}}"#, #"{"nodes":[1,"a"#, #"{"nodes":[1"#, #"{"nodes": [1]}"#, "", "\"",
        #"{"a":"\"#,
        "no JSON", #"{"nodes":null}"#,
    ])
    func withoutAListOfNodesThereIsNoHead(line: String) {
        #expect(RecordHead.bytes(of: Array(line.utf8)) == nil)
    }

    @Test func aRecordWithoutNodesIsRefusedAsAWhole() throws {
        let whole = String(decoding: try TrajectoryCodec.encode(exampleTrajectory()), as: UTF8.self)
        let line = JSONLine(number: 1, bytes: Array(whole.replacing("\"nodes\":", with: "\"node\":").utf8))
        let error = #expect(throws: TrajectoriesError.self) {
            try TrajectoryCodec.decodeSummary(line, in: "f")
        }
        #expect(error?.message.contains("f:1: no recode.trajectory.v1 record: nodes: is missing") == true)
    }

    @Test func theSummaryOfARecordIsThatOfTheWholeRecord() throws {
        for text in ["A hallway.", "\"nodes\":[", "\\", "]}"] {
            let trajectory = exampleTrajectory(text: text)
            let line = JSONLine(number: 1, bytes: try TrajectoryCodec.encode(trajectory))
            #expect(
                try TrajectoryCodec.decodeSummary(line, in: "f") == TrajectorySummary(trajectory))
        }
    }

    @Test func aRecordThatIsWrongBesideItsNodesIsRefused() throws {
        let whole = String(decoding: try TrajectoryCodec.encode(exampleTrajectory()), as: UTF8.self)
        let broken = whole.replacing(/"reward":[0-9.]+,"schema"/, with: "\"reward\":87,\"schema\"")
        let line = JSONLine(number: 3, bytes: Array(broken.utf8))
        let error = #expect(throws: TrajectoriesError.self) {
            try TrajectoryCodec.decodeSummary(line, in: "f")
        }
        #expect(
            error?.message.contains("f:3: no recode.trajectory.v1 record: reward: is 87.0, expected 0 to 1")
                == true)
    }
}
