import FoundationEssentials
import Subprocess
import TemporaryFiles
import Testing

@testable import JSONLines

/// What a process that was killed leaves under temporary names.
@Suite struct LeftoverTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    /// The number of a process that was there and is no more.
    private func deadProcess() async throws -> Int32 {
        let result = try await run(.name("true"), output: .discarded)
        return Int32(result.processIdentifier.value)
    }

    @Test func whatDeadProcessesLeftOfAFileGoesWhenItIsWrittenAgain() async throws {
        let dead = try await deadProcess()
        for name in [
            ".a.json.\(dead).partial", ".b.json.\(dead).partial", ".a.json.1.partial", ".a.json.x.partial",
            ".a.json.-5.partial", "a.json.\(dead).partial", ".\(dead).partial", ".a.json.\(dead).part",
        ] {
            _ = try directory.write([1], to: name)
        }
        try AtomicFile.write([2], to: directory.file("a.json"))
        // What is being written, or may be, or is not ours, stays.
        #expect(
            try directory.names()
                == [
                    ".\(dead).partial", ".a.json.-5.partial", ".a.json.1.partial", ".a.json.\(dead).part",
                    ".a.json.x.partial", ".b.json.\(dead).partial", "a.json", "a.json.\(dead).partial",
                ].sorted())
        try Leftovers.removeAll(in: directory.path)
        #expect(
            try directory.names()
                == [
                    ".\(dead).partial", ".a.json.-5.partial", ".a.json.\(dead).part", ".a.json.x.partial",
                    "a.json",
                    "a.json.\(dead).partial",
                ].sorted())
    }

    @Test func whatADeadProcessLeftOfADirectoryGoesAndWhatItsLinksLeadToStays() async throws {
        let dead = try await deadProcess()
        let kept = try directory.write([1], to: "kept")
        let leftover = directory.file(".out.\(dead).partial")
        try Directory.create(leftover + "/inner")
        try FileManager.default.createSymbolicLink(atPath: leftover + "/link", withDestinationPath: kept)
        try FileManager.default.createSymbolicLink(
            atPath: leftover + "/inner/up", withDestinationPath: directory.path)
        try AtomicFile.write([2], to: leftover + "/inner/file")
        let staged = try StagedDirectory(for: directory.file("out"))
        try AtomicFile.write([3], to: staged.path + "/file")
        try staged.publishNew()
        #expect(try directory.names() == ["kept", "out"])
        #expect(try directory.bytes(of: "kept") == [1])
    }

    @Test func aLockThatIsTakenNamesWhoHasIt() throws {
        let lock = try DirectoryLock(on: directory.path)
        let error = #expect(throws: JSONLinesError.self) { try DirectoryLock(on: directory.path) }
        #expect(
            error?.message == """
                process \(ProcessInfo.processInfo.processIdentifier) is writing to \(directory.path). \
                Wait until it has ended, or choose another directory.
                """)
        withExtendedLifetime(lock) {}
    }
}
