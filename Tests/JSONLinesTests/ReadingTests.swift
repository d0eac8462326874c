import TemporaryFiles
import Testing

@testable import JSONLines

/// Reads a file to its end.
private func lines(of path: String, lineByteLimit: Int = 1 << 20) throws -> [String] {
    let reader = try JSONLinesReader(path: path, lineByteLimit: lineByteLimit)
    var lines: [String] = []
    while let line = try reader.next() {
        lines.append("\(line.number):\(String(decoding: line.bytes, as: UTF8.self))")
    }
    return lines
}

private func member(_ text: String) -> [UInt8] {
    GzipMember.compress(Array(text.utf8))
}

@Suite struct ReadingTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    @Test func blankLinesAreSkippedButCounted() throws {
        let path = try directory.write(Array("\n{\"a\":1}\r\n \t\n\n{\"b\":2}\n\n".utf8), to: "a.jsonl")
        #expect(try lines(of: path) == ["2:{\"a\":1}\r", "5:{\"b\":2}"])
    }

    @Test func lastLineWithoutNewlineIsGiven() throws {
        let plain = try directory.write(Array("one\ntwo".utf8), to: "a.jsonl")
        let zipped = try directory.write(member("one\ntwo"), to: "a.jsonl.gz")
        #expect(try lines(of: plain) == ["1:one", "2:two"])
        #expect(try lines(of: zipped) == ["1:one", "2:two"])
    }

    @Test func emptyFilesHoldNoLines() throws {
        #expect(try lines(of: directory.write([], to: "a.jsonl")) == [])
        #expect(try lines(of: directory.write([], to: "a.jsonl.gz")) == [])
        #expect(try lines(of: directory.write(member(""), to: "b.jsonl.gz")) == [])
    }

    @Test func membersAreOneTextAndALineMaySpanThem() throws {
        let bytes = member("one\ntw") + member("") + member("o\nthree\n") + member("four\n")
        let path = try directory.write(bytes, to: "a.jsonl.gz")
        #expect(try lines(of: path) == ["1:one", "2:two", "3:three", "4:four"])
    }

    @Test func gzipIsToldByContentNotByName() throws {
        let zipped = try directory.write(member("{}\n"), to: "zipped.jsonl")
        let plain = try directory.write(Array("{}\n".utf8), to: "plain.jsonl.gz")
        #expect(try lines(of: zipped) == ["1:{}"])
        #expect(try lines(of: plain) == ["1:{}"])
    }

    @Test(arguments: [1, 1000, 262_143, 262_144, 262_145, 524_288, 1_000_000])
    func linesOfAnyLengthSurviveBlockBorders(length: Int) throws {
        let text = (0..<3).map {
            String(repeating: "abc"[String.Index(utf16Offset: $0, in: "abc")], count: length)
        }
        let joined = text.joined(separator: "\n") + "\n"
        let expected = text.enumerated().map { "\($0.offset + 1):\($0.element)" }
        #expect(try lines(of: directory.write(Array(joined.utf8), to: "a.jsonl")) == expected)
        #expect(try lines(of: directory.write(member(joined), to: "a.jsonl.gz")) == expected)
    }

    @Test func oneLongMemberIsReadInParts() throws {
        let line = String(repeating: "0123456789abcde", count: 64)
        let count = 3 * GzipSource.holdBackByteCount / (line.utf8.count + 1)
        let text = Array(repeating: line, count: count).joined(separator: "\n") + "\n"
        let path = try directory.write(member(text), to: "a.jsonl.gz")
        let reader = try JSONLinesReader(path: path)
        while let read = try reader.next() { try #require(read.bytes == Array(line.utf8)) }
        #expect(reader.lastLineNumber == count)
    }

    @Test func anOffsetFindsItsLineAgain() throws {
        let bytes = member("one\n") + member("two\nthree\n") + member("four\n")
        for (name, content) in [("a.jsonl", Array("one\ntwo\nthree\nfour\n".utf8)), ("a.jsonl.gz", bytes)] {
            let path = try directory.write(content, to: name)
            let reader = try JSONLinesReader(path: path)
            var given: [JSONLine] = []
            while let line = try reader.next() { given.append(line) }
            for line in given {
                let again = try JSONLinesReader(path: path, offset: line.offset)
                var found = try again.next()
                if line.bytes == Array("three".utf8), reader.isGzip { found = try again.next() }
                #expect(found?.bytes == line.bytes)
            }
            #expect(reader.wholeByteCount == content.count)
        }
    }

    @Test func aCutAnywhereInTheLastMemberIsFoundAndYieldsNothingOfIt() throws {
        let whole = member("{\"id\":1}\n") + member("{\"id\":2}\n")
        let last = member("{\"id\":3,\"text\":\"héllo\"}\n{\"id\":4}\n")
        for cut in 1..<last.count {
            let path = try directory.write(whole + last.prefix(cut), to: "a.jsonl.gz")
            let reader = try JSONLinesReader(path: path)
            #expect(try reader.next()?.number == 1)
            #expect(try reader.next()?.number == 2)
            let error = #expect(throws: JSONLinesError.self) { try reader.next() }
            #expect(error?.code == .truncated, "cut at \(cut)")
            #expect(reader.wholeByteCount == whole.count, "cut at \(cut)")
        }
    }

    @Test func aCutAnywhereInTheOnlyMemberIsFound() throws {
        let only = member("{\"id\":1}\n")
        for cut in 1..<only.count {
            let path = try directory.write(Array(only.prefix(cut)), to: "a.jsonl.gz")
            let error = #expect(throws: JSONLinesError.self) { try lines(of: path) }
            #expect(error?.code == .truncated, "cut at \(cut)")
        }
    }

    @Test(arguments: 1...40) func zerosAfterAPowerFailureCountAsACut(zeroCount: Int) throws {
        let whole = member("{\"id\":1}\n")
        let next = member("{\"id\":2}\n")
        for kept in [0, 5, 14] {
            let torn = Array(next.prefix(kept)) + Array(repeating: 0, count: zeroCount + 8)
            let path = try directory.write(whole + torn, to: "a.jsonl.gz")
            let reader = try JSONLinesReader(path: path)
            _ = try reader.next()
            let error = #expect(throws: JSONLinesError.self) { try reader.next() }
            #expect(error?.code == .truncated)
            #expect(reader.wholeByteCount == whole.count)
        }
    }

    @Test func everyBitFlippedIsNoticedOrHarmless() throws {
        let first = member("{\"id\":1}\n")
        let text = "{\"id\":2,\"text\":\"some words, some words\"}"
        let second = member(text + "\n")
        for bit in 0..<(second.count * 8) {
            var flipped = second
            flipped[bit / 8] ^= UInt8(1) << (bit % 8)
            let path = try directory.write(first + flipped, to: "a.jsonl.gz")
            do {
                // Header fields such as time and operating system carry no text; there is nothing to notice.
                #expect(try lines(of: path) == ["1:{\"id\":1}", "2:\(text)"], "bit \(bit)")
            } catch let error as JSONLinesError {
                #expect(error.code == .corrupt || error.code == .truncated)
                #expect(error.message.hasPrefix("\(path):2: "), "bit \(bit): \(error.message)")
            }
        }
    }

    @Test func damageNamesFileLineAndWhatToDo() throws {
        var damaged = member("one\n") + member("two, and some more\n")
        damaged[damaged.count - 6] ^= 1
        let path = try directory.write(damaged, to: "a.jsonl.gz")
        let error = #expect(throws: JSONLinesError.self) { try lines(of: path) }
        #expect(
            error?.description == """
                \(path):2: the file is damaged in its gzip member at byte \(member("one\n").count). \
                Copy the file again, or make it anew.
                  zlib: incorrect data check
                """)
    }

    @Test func aTooLongLineNamesItsNumber() throws {
        let text = "short\n" + String(repeating: "x", count: 101) + "\n"
        for bytes in [Array(text.utf8), member(text)] {
            let path = try directory.write(bytes, to: "a.jsonl")
            let error = #expect(throws: JSONLinesError.self) { try lines(of: path, lineByteLimit: 100) }
            #expect(error?.code == .lineTooLong)
            #expect(error?.message.hasPrefix("\(path):2: the line is longer than 100 bytes.") == true)
        }
        let endless = try directory.write(Array(repeating: 120, count: 1 << 20), to: "b.jsonl")
        #expect(throws: JSONLinesError.self) { try lines(of: endless, lineByteLimit: 1 << 19) }
    }

    @Test func aMissingFileIsNotFound() throws {
        let error = #expect(throws: JSONLinesError.self) { try lines(of: directory.file("none.jsonl")) }
        #expect(error?.code == .notFound)
        #expect(
            error?.message == """
                cannot read \(directory.file("none.jsonl")): No such file or directory. \
                Check the path for typing errors.
                """)
        #expect(throws: JSONLinesError.self) { try lines(of: directory.path) }
    }
}
