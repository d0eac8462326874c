import FoundationEssentials
import Subprocess
import TemporaryFiles
import Testing

@testable import JSONLines

/// Files that are none, and directories that somebody else has filled.
struct CarefulOpeningTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        _ = try directory.write(Array("mine\n".utf8), to: "target")
        try Directory.create(directory.file("run/calls"))
        try Directory.create(directory.file("elsewhere"))
    }

    /// What stands where a file is wanted.
    enum Trap: String, CaseIterable {
        case link, danglingLink, hardLink, pipe, folder, linkedFolder, linkToDevice
    }

    /// - Returns: the name of a file in `run`.
    private func set(_ trap: Trap) async throws -> String {
        let files = FileManager.default
        let (run, target) = (directory.file("run"), directory.file("target"))
        switch trap {
        case .link: try files.createSymbolicLink(atPath: "\(run)/f", withDestinationPath: target)
        case .danglingLink:
            try files.createSymbolicLink(atPath: "\(run)/f", withDestinationPath: directory.file("new"))
        case .linkToDevice: try files.createSymbolicLink(atPath: "\(run)/f", withDestinationPath: "/dev/null")
        case .hardLink: try files.linkItem(atPath: target, toPath: "\(run)/f")
        case .pipe:
            _ = try await Subprocess.run(
                .name("mkfifo"), arguments: ["\(run)/f"], output: .discarded, error: .discarded)
        case .folder: try Directory.create("\(run)/f")
        case .linkedFolder:
            try files.createSymbolicLink(
                atPath: "\(run)/linked", withDestinationPath: directory.file("elsewhere"))
            return "linked/f"
        }
        return "f"
    }

    @Test(arguments: Trap.allCases)
    func nothingIsAppendedToWhatIsNotOurs(trap: Trap) async throws {
        let name = try await set(trap)
        let run = directory.file("run")
        let error = #expect(throws: JSONLinesError.self) { try AppendingFile(name, in: run) }
        #expect(error?.code == .cannotWrite)
        #expect(error?.message.contains("run/\(name)") == true, "\(error?.message ?? "")")
        #expect(throws: JSONLinesError.self) { try AppendingFile.cut(name, in: run, toByteCount: 0) }
        #expect(try directory.bytes(of: "target") == Array("mine\n".utf8))
        #expect(
            !Directory.isPresent(directory.file("new")) && !Directory.isPresent(directory.file("elsewhere/f"))
        )
        #expect(throws: JSONLinesError.self) {
            try OwnFile.require(files: [name], folders: ["linked"], in: run)
        }
    }

    @Test func ownFilesAreAppendedToInFoldersToo() throws {
        let run = directory.file("run")
        for name in ["f", "calls/f"] {
            try AppendingFile(name, in: run).append(Array("one".utf8))
            try AppendingFile(name, in: run).append(Array("two".utf8))
            #expect(try directory.bytes(of: "run/\(name)") == Array("onetwo".utf8))
            #expect(try AppendingFile.cut(name, in: run, toByteCount: 3) == 6)
            #expect(try directory.bytes(of: "run/\(name)") == Array("one".utf8))
        }
        try OwnFile.require(files: ["f", "calls/f", "none"], folders: ["calls", "none"], in: run)
    }

    @Test func aLinkIsNotWrittenThroughWhereTheDirectoryIsOurs() async throws {
        let name = try await set(.link)
        #expect(throws: JSONLinesError.self) {
            try AtomicFile.write([1], to: directory.file("run/\(name)"), links: .refused)
        }
        #expect(try directory.bytes(of: "target") == Array("mine\n".utf8))
        // A link that the user names as output is followed, as by any program.
        try AtomicFile.write([1], to: directory.file("run/\(name)"))
        #expect(try directory.bytes(of: "target") == [1])
    }

    @Test(arguments: [Trap.pipe, .folder, .danglingLink, .linkToDevice])
    func noSuchThingIsRead(trap: Trap) async throws {
        let path = directory.file("run/" + (try await set(trap)))
        #expect(throws: JSONLinesError.self) { try AtomicFile.read(path) }
        #expect(throws: JSONLinesError.self) { try JSONLinesReader(path: path) }
        #expect(throws: JSONLinesError.self) { try FileDigest.ofFile(path, lineCount: 0) }
    }

    @Test(arguments: ["/dev/zero", "/dev/null", "/dev/full", "/dev/tty"])
    func devicesAreRefusedInWords(path: String) {
        guard let error = #expect(throws: JSONLinesError.self, performing: { try AtomicFile.read(path) })
        else { return }
        #expect(error.message.contains("cannot read \(path): "), "\(error.message)")
    }

    @Test func linksToFilesAreReadAsCachesHaveThem() async throws {
        let path = directory.file("run/" + (try await set(.link)))
        #expect(try AtomicFile.read(path) == Array("mine\n".utf8))
        #expect(try JSONLinesReader(path: path).next()?.bytes == Array("mine".utf8))
    }

    // MARK: - Lines of nothing

    @Test(arguments: [true, false])
    func blankLinesByTheMillionAreCounted(isGzip: Bool) throws {
        let blank = Array(repeating: UInt8(ascii: "\n"), count: 3_000_000)
        let text = blank + Array("{}\n \t\r\n".utf8) + blank + Array("  [1]".utf8)
        let bytes = isGzip ? GzipMember.compress(text) : text
        let reader = try JSONLinesReader(path: try directory.write(bytes, to: "blank"))
        #expect(try reader.next()?.number == 3_000_001)
        #expect(try reader.next()?.number == 6_000_003)
        #expect(try reader.next() == nil)
    }

    @Test func placesOfLinesBehindBlankOnesAreRight() throws {
        let path = try directory.write(Array("\n\n \n{}\n\n{\"a\":1}\n".utf8), to: "a.jsonl")
        let reader = try JSONLinesReader(path: path)
        while let line = try reader.next() {
            #expect(try JSONLinesReader(path: path, offset: line.offset).next()?.bytes == line.bytes)
        }
        #expect(reader.wholeByteCount == 16)
    }

    @Test(arguments: ["newlines", "endless", "empty members", "blanks"])
    func readingEndsWhereTheTaskIsCancelled(form: String) async throws {
        let member: [UInt8] =
            switch form {
            case "newlines": GzipMember.compress(Array(repeating: UInt8(ascii: "\n"), count: 1 << 20))
            case "endless": GzipMember.compress(Array(repeating: UInt8(ascii: "x"), count: 1 << 20))
            case "blanks": GzipMember.compress(Array(repeating: UInt8(ascii: " "), count: 1 << 20))
            default: GzipMember.compress([])
            }
        let path = try directory.write(Array(repeatElement(member, count: 200).joined()), to: "a.gz")
        let code = await withTaskGroup(of: JSONLinesError.Code?.self) { group in
            group.cancelAll()
            group.addTask {
                do throws(JSONLinesError) {
                    let reader = try JSONLinesReader(path: path)
                    while try reader.next() != nil {}
                    return nil
                } catch {
                    return error.code
                }
            }
            return await group.next() ?? nil
        }
        #expect(code == .cancelled)
    }

    @Test func tinyMembersByTheHundredThousandAreReadThrough() throws {
        let empty = Array(repeatElement(GzipMember.compress([]), count: 100_000).joined())
        let one = Array(repeatElement(GzipMember.compress([UInt8(ascii: "x")]), count: 20_000).joined())
        let reader = try JSONLinesReader(path: try directory.write(empty + one, to: "a.gz"))
        #expect(try reader.next()?.bytes.count == 20_000)
        #expect(try reader.next() == nil)
    }

    @Test func garbageBehindMembersIsDamage() throws {
        let path = try directory.write(
            GzipMember.compress(Array("a\n".utf8)) + Array("garbage".utf8), to: "a.gz")
        let reader = try JSONLinesReader(path: path)
        #expect(try reader.next()?.number == 1)
        #expect(throws: JSONLinesError.self) { try reader.next() }
    }
}
