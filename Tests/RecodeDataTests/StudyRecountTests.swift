import FoundationEssentials
import Study
import Subprocess
import TemporaryFiles
import Testing
import Trajectories

@testable import RecodeData

/// The study against a recount by an independent program from the exported files and the trajectories alone (recount.py).
@Suite(.serialized) struct StudyRecountTests {
    private static let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    @Test func theStudyOfTheSamplesIsThatOfARecount() async throws {
        try await expectARecountAgrees(
            with: "\(Self.root)/data/samples/run", tops: ["20", "40", "100"],
            exports: ["recode", "react", "codeact"].map {
                "\(Self.root)/data/samples/export/scienceworld-expert-\($0)-top40"
            })
    }

    @Test(arguments: [UInt64(1), 2])
    func theStudyOfARandomRunIsThatOfARecount(seed: UInt64) async throws {
        try writeRandomRun(at: directory.file("r"), count: 60, seed: seed)
        let structure = try await expectARecountAgrees(
            with: directory.file("r"), tops: ["12.5", "100"], exports: [])
        // There was something to count.
        for key in ["attempts", "ended"] {
            guard case .object(let counts) = structure[key] else { continue }
            #expect(counts.count >= 3 && counts.values.allSatisfy { ($0.number ?? 0) > 0 }, "\(counts)")
        }
        #expect((structure["lost_outputs"]["losing"].number ?? 0) > 0)
        #expect(structure["lost_outputs"]["reward_correlation"]["low"].number != nil)
        #expect((structure["repaired"].number ?? 0) > 0 && (structure["unrepaired"].number ?? 0) > 0)
    }

    /// - Parameter exports: some that are there already, of `--top 40 --seed 7`.
    /// - Returns: the structure, recounted.
    @discardableResult
    private func expectARecountAgrees(
        with run: String, tops: [String], exports: [String]
    ) async throws -> JSONValue {
        let isMade = !exports.isEmpty
        var exports = exports
        for top in tops where !isMade || top != "40" {
            let selection = directory.file("\(top).json")
            try await succeed(["filter", run, "--top", top, "--seed", "7", "--out", selection])
            for method in ["recode", "react", "codeact"] {
                let out = directory.file("\(method)-\(top)")
                try await succeed(
                    ["export", run, "--selection", selection, "--method", method, "--out", out])
                exports.append("\(out)=\(selection)")
            }
        }
        let recount = try await recount([run] + exports)
        let counted = try await succeed(
            ["count", run, "--top", tops.joined(separator: ","), "--seed", "7", "--format", "json"])
        let study = try CanonicalJSON.decode(JSONValue.self, from: counted.utf8)

        let rows = try #require(recount["rows"].elements)
        #expect(rows.count == 3 * tops.count && study["rows"].elements?.count == rows.count)
        for row in rows {
            let own = try #require(
                study["rows"].elements?.first { $0["method"] == row["method"] && $0["top"] == row["top"] })
            #expect(own.differences(from: row) == [])
        }
        #expect(study["structure"].elements?.count == 1)
        #expect(study["structure"].elements?.first?.differences(from: recount["structure"]) == [])
        try expectRatios(study, of: rows)
        return recount["structure"]
    }

    private func expectRatios(_ study: JSONValue, of rows: [JSONValue]) throws {
        for ratio in try #require(study["ratios"].elements) {
            let pairs = { (method: String) in
                rows.first { $0["method"] == .string(method) && $0["top"] == ratio["top"] }?["pairs"].number
            }
            let recode = try #require(pairs("recode"))
            for (method, key) in [("react", "react_to_recode"), ("codeact", "codeact_to_recode")] {
                let quotient = try #require(pairs(method)) / recode
                #expect(abs(try #require(ratio[key].number) - quotient) < 1e-6)
            }
        }
    }

    @discardableResult
    private func succeed(_ arguments: [String]) async throws -> String {
        let outcome = try await BuiltProgram.run(arguments)
        #expect(outcome.code == 0, "\(outcome.errors)")
        return outcome.output
    }

    private func recount(_ paths: [String]) async throws -> JSONValue {
        let result = try await Subprocess.run(
            .path(.init("\(Self.root)/.venv/bin/python")),
            arguments: Arguments(["\(Self.root)/Tests/RecodeDataTests/recount.py"] + paths),
            output: .string(limit: 1 << 24), error: .string(limit: 1 << 16))
        #expect(result.terminationStatus.isSuccess, "\(result.standardError)")
        return try CanonicalJSON.decode(JSONValue.self, from: result.standardOutput.utf8)
    }
}

extension JSONValue {
    fileprivate subscript(key: String) -> JSONValue {
        if case .object(let members) = self { return members[key] ?? .null }
        return .null
    }

    fileprivate var elements: [JSONValue]? {
        if case .array(let elements) = self { return elements }
        return nil
    }

    fileprivate var number: Double? {
        switch self {
        case .int(let number): Double(number)
        case .double(let number): number
        default: nil
        }
    }

    /// Where this is another value than `other`, whose keys count; numbers are the same to six decimals.
    fileprivate func differences(from other: JSONValue, at path: String = "") -> [String] {
        if case .object(let members) = other {
            return members.sorted { $0.key < $1.key }.flatMap {
                self[$0].differences(from: $1, at: "\(path).\($0)")
            }
        }
        if let number, let expected = other.number, abs(number - expected) < 0.5001e-6 { return [] }
        return self == other ? [] : ["\(path): \(self), recounted \(other)"]
    }
}
