import TemporaryFiles
import Testing

@testable import Trajectories

/// The calls of a run, while it is collected, after a crash and when it is sealed.
struct CallLogTests {
    private func record(_ episode: String, _ call: Int, _ text: String, cost: Double? = nil) -> CallRecord {
        CallRecord(
            trajectoryID: episode, taskID: "w/t/0", call: call, subject: "turn \(call + 1)",
            request: .object(["model": .string("m")]),
            outcome: .answered(
                ChatCompletion(
                    text: text, usage: Usage(promptTokens: 3, completionTokens: 1, costUSD: cost))))
    }

    @Test func whatCallsCostIsUnknownOnceOneOfThemIs() throws {
        let folder = try TemporaryDirectory()
        let log = try CallLog(RunFiles(path: folder.path))
        #expect(log.usage == .zero)
        for (number, cost) in [nil, 0.25, 0.5].enumerated() {
            try log.append(record("a", number, "x", cost: cost))
        }
        for log in [log, try CallLog(RunFiles(path: folder.path))] {
            #expect(log.usage == Usage(promptTokens: 9, completionTokens: 3, costUSD: nil))
            #expect(log.knownCostUSD == 0.75)
        }
    }

    @Test func aCallWithoutAnAnswerIsKeptWithWhatItCost() throws {
        let folder = try TemporaryDirectory()
        let files = RunFiles(path: folder.path)
        let log = try CallLog(files)
        var failed = record("a", 1, "")
        failed.outcome = .failed(
            CallFailure(message: "No.", usage: Usage(promptTokens: 8, completionTokens: 0)))
        try log.append(record("a", 0, "x"))
        try log.append(failed)
        #expect(log.usage == Usage(promptTokens: 11, completionTokens: 1))
        #expect(try log.find(failed.key) == failed)
        #expect(failed.response == nil)
        let sealing = try #require(try log.seal(order: ["a"]))
        #expect(sealing.usage == Usage(promptTokens: 11, completionTokens: 1))
    }

    @Test(arguments: [
        (
            #""failure":{"message":"No.","usage":{"prompt_tokens":1,"completion_tokens":0}},"response":{}"#,
            "failure"
        ),
        (#""other":1"#, "response"),
    ])
    func aCallHasAResponseOrAFailure(parts: String, key: String) throws {
        let line =
            #"{"schema":"recode.call.v1","trajectory_id":"a","task_id":"t","call":0,"subject":"s","request":{},"#
            + parts + "}"
        let error = #expect(throws: TrajectoriesError.self) {
            _ = try CallReader.decode(Array(line.utf8), at: "calls:1")
        }
        #expect(error?.message.contains(key) == true, "\(error?.message ?? "")")
    }

    @Test(
        arguments: [
            ([0.25, 0.5], 0.75), ([0.25, nil], nil), ([nil, 0.25], nil), ([nil, nil], nil), ([], 0),
        ] as [([Double?], Double?)])
    func aSumOfCostsIsKnownWhereEveryPartIs(costs: [Double?], sum: Double?) {
        var usage = Usage.zero
        for cost in costs { usage.add(Usage(promptTokens: 2, completionTokens: 1, costUSD: cost)) }
        #expect(
            usage == Usage(promptTokens: 2 * costs.count, completionTokens: costs.count, costUSD: sum))
    }

    @Test func everyCallIsFoundBeforeAndAfterSealing() throws {
        let folder = try TemporaryDirectory()
        let files = RunFiles(path: folder.path)
        let log = try CallLog(files)
        let records = [record("b", 0, "x"), record("a", 0, "y"), record("b", 1, "z"), record("gone", 0, "w")]
        for record in records { try log.append(record) }
        try log.append(record("a", 0, "asked again"))
        #expect(try log.find(CallKey(trajectoryID: "a", call: 0))?.response?.text == "asked again")
        let resumed = try CallLog(files)
        #expect(try resumed.find(CallKey(trajectoryID: "b", call: 1)) == records[2])
        #expect(resumed.usage == Usage(promptTokens: 15, completionTokens: 5))
        let sealing = try #require(try resumed.seal(order: ["a", "b"]))
        #expect(sealing.digest.lineCount == 3)
        // Only what stands in the finished run: neither the call that was asked again nor that of another episode.
        #expect(sealing.usage == Usage(promptTokens: 9, completionTokens: 3))
        let sealed = try CallIndex(path: files.calls)
        #expect(sealed.places.count == 3)
        #expect(try sealed.find(CallKey(trajectoryID: "a", call: 0))?.response?.text == "asked again")
        #expect(try sealed.find(CallKey(trajectoryID: "b", call: 0)) == records[0])
        #expect(try sealed.find(CallKey(trajectoryID: "b", call: 1)) == records[2])
    }
}
