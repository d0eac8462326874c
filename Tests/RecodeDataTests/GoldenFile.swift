import FoundationEssentials
import Testing

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
}
