import Decompose
import FoundationEssentials
import Testing
import Trajectories

/// Bytes that are compared with a file in `Golden`; `RECORD=1` rewrites the file and still fails.
enum GoldenFile {
    static func check(_ text: String, _ name: String, sourceLocation: SourceLocation = #_sourceLocation)
        throws
    {
        let path = "\(#filePath)".replacing("GoldenFile.swift", with: "Golden/\(name)")
        if ProcessInfo.processInfo.environment["RECORD"] == "1" {
            try Data(text.utf8).write(to: URL(filePath: path))
            Issue.record("recorded \(name); run again without RECORD", sourceLocation: sourceLocation)
            return
        }
        let golden = String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
        #expect(text == golden, "differs from Golden/\(name)", sourceLocation: sourceLocation)
    }

    /// A line that says what follows.
    static func header(_ method: AgentKind, _ tally: PairTally) throws -> String {
        struct Header: Encodable {
            var method: AgentKind
            var kept: Int
            var dropped: [String: Int]
        }
        let header = Header(method: method, kept: tally.kept, dropped: tally.droppedByName)
        return String(decoding: try CanonicalJSON.encode(header), as: UTF8.self) + "\n"
    }

    static func lines(of pairs: [Pair]) throws -> String {
        try pairs.map { String(decoding: try CanonicalJSON.encode($0), as: UTF8.self) + "\n" }.joined()
    }
}
