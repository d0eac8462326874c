import FoundationEssentials
import Subprocess
import TemporaryFiles
import Testing

@testable import JSONLines

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

@Suite struct WritingTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func output(of program: String, _ arguments: String...) async throws -> String {
        let result = try await run(
            .name(program), arguments: Arguments(arguments), output: .string(limit: 16 << 20),
            error: .string(limit: 1 << 16))
        try #require(result.terminationStatus.isSuccess, "\(program): \(result.standardError)")
        return result.standardOutput
    }

    @Test func pythonAndGzipReadWhatIsWritten() async throws {
        let path = directory.file("a.jsonl.gz")
        let writer = try AtomicLinesWriter(path: path, compression: .gzip)
        var text = ""
        for number in 0..<40_000 {
            let line = "{\"number\":\(number),\"text\":\"zażółć 日本 \\u0001 \(number &* 2_654_435_761)\"}"
            try writer.append(Array(line.utf8))
            text += line + "\n"
        }
        let digest = try writer.finish()
        _ = try await output(of: "gzip", "-t", path)
        let script = "import gzip,sys; sys.stdout.buffer.write(gzip.open(sys.argv[1]).read())"
        #expect(try await output(of: "python3", "-c", script, path) == text)
        let stored = try directory.bytes(of: "a.jsonl.gz")
        #expect(digest.byteCount == stored.count)
        #expect(digest.lineCount == 40_000)
        #expect(try await output(of: "sha256sum", path).hasPrefix(digest.sha256 + " "))
        #expect(try FileDigest.ofFile(path, lineCount: 40_000) == digest)
    }

    @Test func aMemberIsTheSameBytesEveryTime() throws {
        let member = GzipMember.compress(Array("{}\n".utf8))
        #expect(member.prefix(10) == [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255])
        let compressor = GzipCompressor()
        _ = compressor.member(of: Array(repeating: 7, count: 100_000))
        #expect(compressor.member(of: Array("{}\n".utf8)) == member)
    }

    @Test func emptyGzipFileIsOneEmptyMember() async throws {
        let path = directory.file("a.jsonl.gz")
        let digest = try AtomicLinesWriter(path: path, compression: .gzip).finish()
        #expect(digest.lineCount == 0)
        #expect(try await output(of: "gzip", "-dc", path) == "")
        _ = try AtomicLinesWriter(path: directory.file("a.jsonl"), compression: .none).finish()
        #expect(try directory.bytes(of: "a.jsonl") == [])
    }

    @Test func nothingAppearsBeforeFinishAndNothingStaysWithoutIt() throws {
        do {
            let writer = try AtomicLinesWriter(path: directory.file("a.jsonl"), compression: .none)
            try writer.append(Array("one".utf8))
            #expect(!(try directory.names().contains("a.jsonl")))
        }
        #expect(try directory.names() == [])
    }

    @Test func publishingMayChooseTheNameLast() throws {
        let writer = try AtomicLinesWriter(path: directory.file("part"), compression: .none)
        try writer.append(Array("one".utf8))
        _ = try writer.complete()
        try writer.publish(as: "part-00000-of-00001")
        #expect(try directory.names() == ["part-00000-of-00001"])
    }

    @Test func replacingKeepsTheOldContentUntilTheEnd() throws {
        let path = try directory.write(Array("old".utf8), to: "a.json")
        let writer = try AtomicLinesWriter(path: path, compression: .none)
        try writer.append(Array("new".utf8))
        #expect(try AtomicFile.read(path) == Array("old".utf8))
        _ = try writer.finish()
        #expect(try AtomicFile.read(path) == Array("new\n".utf8))
        try AtomicFile.write(Array("newer".utf8), to: path)
        #expect(try directory.bytes(of: "a.json") == Array("newer".utf8))
        #expect(try directory.names() == ["a.json"])
    }

    @Test func aSymbolicLinkStaysAndItsTargetIsReplaced() throws {
        let target = try directory.write(Array("old".utf8), to: "target")
        try FileManager.default.createSymbolicLink(
            atPath: directory.file("link"), withDestinationPath: target)
        try AtomicFile.write(Array("new".utf8), to: directory.file("link"))
        #expect(try directory.bytes(of: "target") == Array("new".utf8))
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: directory.file("link")) == target)
    }

    @Test func devicesAreNeverReplaced() throws {
        let error = #expect(throws: JSONLinesError.self) { try AtomicFile.write([1], to: "/dev/null") }
        #expect(
            error?.message
                == "cannot write /dev/null: it is there and is not a regular file. Name a file.")
    }

    @Test func aLinkToNothingIsNotReplaced() throws {
        let link = directory.path + "/link"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "/no/such/place")
        for write in [
            { _ = try AtomicLinesWriter(path: link, compression: .none) },
            { _ = try StagedDirectory(for: link) },
        ] {
            let error = #expect(throws: JSONLinesError.self) { try write() }
            #expect(
                error?.message.hasPrefix("cannot write \(link): it is a symbolic link to nothing.") == true)
        }
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "/no/such/place")
    }

    @Test func anUnwritablePlaceSaysWhyAndWhatToDo() throws {
        let file = try directory.write([], to: "file")
        let error = #expect(throws: JSONLinesError.self) {
            try AtomicLinesWriter(path: file + "/a.jsonl.gz", compression: .gzip)
        }
        #expect(error?.code == .cannotWrite)
        #expect(
            error?.message == """
                cannot create or open \(file)/a.jsonl.gz: Not a directory. \
                A part of this path is a file where a directory is needed; choose another path.
                """)
        #expect(throws: JSONLinesError.self) { try AtomicFile.write([], to: directory.file("none/a.json")) }
        #expect(throws: JSONLinesError.self) { try Directory.create(file + "/sub") }
        #expect(throws: JSONLinesError.self) { try AppendingFile("a", in: "/proc/nothing") }
    }

    @Test func aFullDiskLeavesNothingHalfWritten() throws {
        // /dev/full refuses every write with ENOSPC.
        let file = try OpenFile(path: "/dev/full", flags: O_WRONLY)
        let error = #expect(throws: JSONLinesError.self) { try file.write([1, 2, 3]) }
        #expect(
            error?.message == """
                cannot write /dev/full: No space left on device. \
                Free some space there and run the same command again (a collection with --resume); \
                what was finished is kept.
                """)
    }

    @Test func appendedMembersAreReadInOrderAndSurviveReopening() throws {
        let path = directory.file("a.jsonl.gz")
        for text in ["one\n", "two\n"] {
            let file = try AppendingFile("a.jsonl.gz", in: directory.path)
            try file.append(GzipMember.compress(Array(text.utf8)))
        }
        let reader = try JSONLinesReader(path: path)
        #expect(try reader.next()?.bytes == Array("one".utf8))
        #expect(try reader.next()?.bytes == Array("two".utf8))
        try AppendingFile.cut(
            "a.jsonl.gz", in: directory.path,
            toByteCount: GzipMember.compress(Array("one\n".utf8)).count)
        let again = try JSONLinesReader(path: path)
        _ = try again.next()
        #expect(try again.next() == nil)
    }

    @Test func directoriesAreMadeWithTheirParentsAndLockedOnce() throws {
        let path = directory.file("a/b/c")
        try Directory.create(path)
        try Directory.create(path)
        #expect(Directory.isDirectory(path))
        do {
            let lock = try DirectoryLock(on: path)
            let error = #expect(throws: JSONLinesError.self) { try DirectoryLock(on: path) }
            #expect(error?.code == .busy)
            withExtendedLifetime(lock) {}
        }
        #expect(throws: Never.self) { try DirectoryLock(on: path) }
    }
}
