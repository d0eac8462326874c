import Testing

@testable import Trajectories

/// Free-form JSON, which others write: what it costs is counted, not timed.
struct FreeFormJSONTests {
    private struct Record: Decodable {
        var options: [String: JSONValue]
        var request: JSONValue?
        var list: [[String: JSONValue]]?
    }

    private func problem(_ text: String) -> RecordProblem? {
        do {
            _ = try CanonicalJSON.decode(Record.self, from: text.utf8)
            return nil
        } catch {
            return RecordProblem(error)
        }
    }

    private static func nested(_ depth: Int) -> String {
        String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }

    @Test(arguments: [
        #"{"a":[1,2.5,"x",null,true,false,{"b":{}}],"c":-7,"d":1e+30,"e":"\u0001\n\"\\/é😀"}"#,
        "[]", "{}", "\"\"", "0", "-0.5", "9223372036854775807", "-9223372036854775808",
    ])
    func whatIsReadIsWrittenWithTheSameBytes(text: String) throws {
        let value = try CanonicalJSON.decode(JSONValue.self, from: text.utf8)
        #expect(String(decoding: try CanonicalJSON.encode(value), as: UTF8.self) == text)
    }

    @Test(arguments: [
        ("1.0", JSONValue.int(1)), ("1e2", .int(100)), ("-0", .int(0)),
        ("9007199254740993.0", .int(9_007_199_254_740_993)),
        ("0.1", .double(0.1)), ("9223372036854775808", .double(9_223_372_036_854_775_808)),
        (#""\ud83d\ude00""#, .string("😀")), (#""\u0000""#, .string("\0")),
    ])
    func numbersAndEscapesAreWhatTheyWere(text: String, value: JSONValue) throws {
        #expect(try CanonicalJSON.decode(JSONValue.self, from: text.utf8) == value)
        let record = try CanonicalJSON.decode(Record.self, from: #"{"options":{"k":\#(text)}}"#.utf8)
        #expect(record.options == ["k": value])
    }

    @Test(arguments: [
        "1e400", "-1e999", "01", "1.", ".5", "+1", "1e", "NaN", "Infinity", "tru", "[1,]", #"{"a":1,}"#, "[1",
        "\"x",
        #""\ud800""#, #""\ud800\u0041""#, #""\q""#, "\"\t\"", #"{"a":1,"a":2}"#, "{1:2}", "[1] 2", "", "  ",
    ])
    func whatIsNoJSONIsRefused(text: String) {
        #expect(throws: DecodingError.self) { try CanonicalJSON.decode(JSONValue.self, from: text.utf8) }
        #expect(problem(#"{"options":{"k":\#(text)}}"#) != nil)
    }

    @Test func bytesThatAreNotUTF8AreRefused() {
        for bytes: [UInt8] in [
            [0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22],
        ] {
            #expect(throws: DecodingError.self) { try CanonicalJSON.decode(JSONValue.self, from: bytes) }
        }
    }

    @Test func aKeyThatIsThereTwiceIsNamed() {
        #expect(
            problem(#"{"options":{"k":{"a":1,"a":2}}}"#)?.text == #"options.k: the key "a" is there twice"#)
    }

    @Test(arguments: [129, 490, 1_000, 100_000])
    func valuesThatNestTooDeepAreRefusedByKey(depth: Int) {
        let list = Self.nested(depth)
        let object =
            String(repeating: #"{"a":"#, count: depth) + "1" + String(repeating: "}", count: depth)
        for value in [list, object, String(repeating: "[", count: depth)] {
            let problem = problem(#"{"options":{"k":\#(value)}}"#)
            #expect(problem != nil)
            guard depth < 500, value != String(repeating: "[", count: depth) else { continue }
            #expect(problem?.text == "options.k: values nest deeper than 128 levels, the most there may be")
        }
    }

    @Test func aRecordThatNestsTooDeepIsSaidToBeThatAndNotToBeNoJSON() {
        let line = Array(
            #"{"schema":"recode.trajectory.v1","environment":{"options":{"k":\#(Self.nested(490))}}}"#.utf8)
        #expect(throws: RecordProblem.self) { try RecordProblem.decode(Trajectory.self, from: line) }
        do throws(RecordProblem) {
            _ = try RecordProblem.decode(Trajectory.self, from: line)
        } catch {
            #expect(error.message.contains("values nest deeper than 128 levels"), "\(error)")
            #expect(error.keyPath.hasPrefix("environment.options.k[0]"), "\(error)")
        }
    }

    @Test func depthUpToTheLimitIsTakenAndKeepsItsBytes() throws {
        let text = Self.nested(128)
        let value = try CanonicalJSON.decode(JSONValue.self, from: text.utf8)
        #expect(String(decoding: try CanonicalJSON.encode(value), as: UTF8.self) == text)
    }

    /// Each byte is looked at a few times at most, wherever the values are.
    @Test(arguments: ["members", "records", "one", "texts"])
    func workGrowsWithTheText(form: String) throws {
        let count = 20_000
        let text =
            switch form {
            case "members":
                #"{"options":{"# + (0..<count).map { #""k\#($0)":\#($0)"# }.joined(separator: ",") + "}}"
            case "records":
                #"{"options":{},"list":["# + (0..<count).map { #"{"k":[\#($0)]}"# }.joined(separator: ",")
                    + "]}"
            case "one":
                #"{"options":{},"request":["# + (0..<count).map { "[\($0)]" }.joined(separator: ",") + "]}"
            default: #"{"options":{"t":""# + String(repeating: #"\u0301\n"#, count: count) + #""}}"#
            }
        let source = FreeFormText(Array(text.utf8))
        let record = try CanonicalJSON.decode(Record.self, from: source)
        #expect(record.options.count == (form == "members" ? count : form == "texts" ? 1 : 0))
        #expect(
            source.scannedByteCount <= 7 * text.utf8.count, "\(source.scannedByteCount) of \(text.utf8.count)"
        )
    }

    @Test func numbersWithoutEndAreRefused() {
        let digits = String(repeating: "1", count: 100_000)
        for number in [digits, "0.\(digits)", "1e\(digits)", "-\(digits)"] {
            #expect(throws: DecodingError.self) {
                try CanonicalJSON.decode(JSONValue.self, from: number.utf8)
            }
        }
    }

    /// Swift holds keys in their normal form, which takes n² steps for n accents that are out of order.
    @Test func keysOfManyAccentsAreRefusedBeforeTheyAreHashed() {
        let accents = String(
            String.UnicodeScalarView(
                (0..<200_000).flatMap { _ in ["\u{301}", "\u{323}"] as [Unicode.Scalar] }))
        for text in [
            #"{"\#(accents)":1}"#, #"{"options":{"\#(accents)":1}}"#,
            #"{"options":{},"x":{"\#(accents)" : 1}}"#,
        ] {
            #expect(problem(text)?.message.contains("a key has more than 1024 bytes") == true)
            #expect(throws: DecodingError.self) { try CanonicalJSON.decode(JSONValue.self, from: text.utf8) }
        }
        // A long text is no key, whatever stands behind quotes in it.
        let quoted = #"{"options":{"k":"\#(String(repeating: "x", count: 5_000))\": 1"}}"#
        #expect(problem(quoted) == nil)
    }

    @Test func oneLineHasABoundedNumberOfValues() {
        let text = "[" + String(repeating: "0,", count: JSONParser.valueLimit) + "0]"
        #expect(throws: DecodingError.self) { try CanonicalJSON.decode(JSONValue.self, from: text.utf8) }
    }
}
