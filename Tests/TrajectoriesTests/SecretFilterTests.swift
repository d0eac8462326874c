import FoundationEssentials
import Testing

@testable import Trajectories

@Suite struct SecretFilterTests {
    private static let key = "sk-proj/Ab12+cD34_eF56=gh"
    private static let filter = SecretFilter([key])

    private static func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }

    private static func hexadecimal(_ separator: String = "", prefix: String = "") -> String {
        key.utf8.map { prefix + String($0, radix: 16) }.joined(separator: separator)
    }

    @Test(arguments: [
        ("the key \(key).", "the key [secret]."),
        ("\(key)\(key)", "[secret]"),
        (key + "\u{301}", "[secret]\u{301}"),
        ("k = 'sk-proj/Ab12' + '+cD34_eF56=gh'", "k = '[secret]' + '+'"),
        (#"k = "sk-proj/Ab12+c" "D34_eF56=gh""#, #"k = "[secret]" """#),
        ("k = \"sk-proj/Ab12+c\" \\\n  \"D34_eF56=gh\"", "k = \"[secret]\" \\\n  \"\""),
        ("k = ('sk-proj'\n     '/Ab12+'\n     'cD34_eF56=gh')", "k = ('[secret]'\n     '+'\n     '')"),
        ("k = f\"sk-proj/A\" f\"b12+cD34_eF56=gh\"", "k = f\"[secret]\" f\"\""),
        ("k = f\"{'sk-proj/A'}{'b12+cD34_eF56=gh'}\"", "k = f\"{'[secret]'}{''}\""),
        ("k = 'sk-proj/Ab12+c'\nk += 'D34_eF56=gh'", "k = '[secret]'\nk += ''"),
        ("a = 'sk-proj/Ab12+c'; b = 'D34_eF56=gh'; f(a + b)", "a = '[secret]'; b = ''; f(a + b)"),
        ("''.join(['sk-proj/', 'Ab12+cD34_', 'eF56=gh'])", "''.join(['[secret]', '', ''])"),
        ("sk-proj/Ab12+\ncD34_eF56=gh", "[secret]+\n"),
        ("it's 'sk-proj/Ab12+c' + 'D34_eF56=gh'", "it's '[secret]' + ''"),
        ("x=sk-proj%2FAb12%2bcD34_eF56%3Dgh&y", "x=[secret]&y"),
        ("%73%6b-proj%2FAb12+cD34_eF56=g%68", "[secret]"),
        ("sk-proj%252FAb12%252BcD34_eF56%253Dgh", "[secret]"),
        (#"sk-proj\/Ab12+cD34_eF56\u003dgh"#, "[secret]"),
        (#"sk\x2dproj\\x2fAb12+cD34_eF56=\147h"#, "[secret]"),
        ("<\(hexadecimal())>", "<[secret]>"),
        ("<\(hexadecimal().uppercased())>", "<[secret]>"),
    ])
    func aKeyIsTakenOutInEveryForm(text: String, redacted: String) {
        #expect(Self.filter.redacted(text) == redacted)
    }

    @Test(arguments: [(0, 1), (0, 2), (1, 0), (1, 3), (2, 0), (2, 2), (3, 1), (4, 5)])
    func aKeyIsFoundInBase64WhateverIsAroundIt(before: Int, behind: Int) {
        let whole = String(repeating: "u", count: before) + Self.key + String(repeating: "v", count: behind)
        let encoded = Self.base64(whole)
        let forms: [String] = [
            encoded, encoded.replacing("=", with: ""),
            encoded.replacing("+", with: "-").replacing("/", with: "_"),
            encoded.replacing("+", with: "%2B").replacing("/", with: "%2F"),
            "\(encoded.prefix(20))\n\(encoded.dropFirst(20))",
            "b'\(encoded.prefix(11))' + b'\(encoded.dropFirst(11))'",
        ]
        for text in forms {
            let redacted = Self.filter.redacted(text)
            #expect(redacted.contains("[secret]"), "\(text)")
            // What is left is of its neighbours, and no more than a byte of its own at each end.
            let left = redacted.replacing("[secret]", with: "").filter { $0.isLetter || $0.isNumber }
            #expect(left.count <= (before + behind) * 4 / 3 + 8, "\(redacted)")
        }
    }

    @Test(arguments: [":", " ", "-", "\n"])
    func aKeyIsFoundInHexadecimalWithSeparators(separator: String) {
        let found = Self.filter.redacted("<" + Self.hexadecimal(separator) + ">")
        #expect(found.hasPrefix("<[secret]") && !found.contains("6b"))
        let numbers = Self.filter.redacted("[" + Self.hexadecimal(", ", prefix: "0x") + "]")
        #expect(numbers.hasPrefix("[0x[secret], 0x,") && !numbers.contains("6b"))
    }

    @Test(arguments: [
        "", "ordinary words, and a key that is none: sk-proj/Ab12",
        "sk-proj/Ab12+cD34_eF56=g", "k-proj/Ab12+cD34_eF56=gh",
        String(repeating: "sk-proj/Ab12+cD34_eF56=g", count: 400), "%73%6B-proj \\x41 \\u0041 %zz %",
        "for x in ['a', 'b']: print(\"it's\", x)", "\u{0}\u{FF}\u{1F600}",
    ])
    func aTextWithoutTheKeyKeepsItsBytes(text: String) {
        #expect(Self.filter.redacted(text) == text)
        #expect(Array(Self.filter.redacted(text).utf8) == Array(text.utf8))
        let json = Array(JSONText.of(text))
        #expect(Self.filter.redacted(json: json) == json)
    }

    @Test(arguments: ["EMPTY", "ollama", "k", "", "not-needed", "elevenchars", "\"\"\"\"\"\"[[[]]](((())))"])
    func aPlaceholderIsNoKey(key: String) {
        let filter = SecretFilter([key])
        #expect(filter.isEmpty)
        #expect(filter.redacted("\(key) is a word") == "\(key) is a word")
    }

    @Test(arguments: [
        "sk-canary-0123456789", "tok\"en\\with'quotes+12", "123456789012345678", "kéy-with-äöü-0123456789",
    ])
    func jsonStaysJSONWhateverTheKeyIs(key: String) throws {
        let filter = SecretFilter([key])
        let value = JSONValue.object([
            "text": .string("a \(key) b"), "nested": .array([.string(key), .object([key: .int(1)])]),
            "halves": .array([.string(String(key.prefix(7))), .string(String(key.dropFirst(7)))]),
            "letters": .array(key.map { .string(String($0)) }), "escaped": .string(#"\u0041\n"\#(key)"\\"#),
            "number": .int(123_456_789_012_345_678), "numbers": .array((0...40).map { .int($0) }),
            "none": .null,
        ])
        let json = try CanonicalJSON.encode(value)
        let redacted = filter.redacted(json: json)
        guard case .object(let members) = try CanonicalJSON.decode(JSONValue.self, from: redacted) else {
            Issue.record("no object")
            return
        }
        #expect(members.count == 8)
        guard case .string(let text)? = members["text"] else {
            Issue.record("no text")
            return
        }
        #expect(text.hasPrefix("a [secret]") && text.hasSuffix(" b") && text.count <= 16)
        #expect(members["none"] == .null)
        #expect(!String(decoding: redacted, as: UTF8.self).contains(key))
        #expect(filter.redacted(json: redacted) == redacted)
        guard case .array(let letters)? = members["letters"], case .array(let numbers)? = members["numbers"]
        else {
            Issue.record("arrays became something else")
            return
        }
        #expect(letters.count == key.count && numbers.count == 41)
    }

    /// What comes before a key may make an escape of its beginning; the key is there all the same.
    @Test(arguments: [
        "nvapi-Zq83LmP0x7Yw", "rk-Zq83LmP0x7Yw", "tok-Zq83LmP0x7Yw", "fw_Zq83LmP0x7Yw", "vk-Zq83LmP0x7Yw",
        "7f3a9c55d0e1b2aa", "0f3a9c55d0e1b2aa", "x41c55d0e1b2aa77", "u00419c55d0e1b2aa", "U000000419c55d0e1",
        "abcdefghijklmn", "b64-Zq83LmP0x7Yw", "2b9c55d0e1b2aa77",
    ])
    func aKeyBehindWhatBeginsAnEscapeIsFound(key: String) throws {
        let filter = SecretFilter([key])
        for before in ["\\", "\\\\", "C:\\", "100%", "\\x5c", "%5c", "%25", "\n\\", "'\\"] {
            let text = "print(r'\(before)\(key)')"
            #expect(!filter.redacted(text).contains(key), "\(text)")
            let json = JSONText.of(text)
            let redacted = filter.redacted(json: json)
            #expect(!String(decoding: redacted, as: UTF8.self).contains(key), "\(text)")
            guard case .string(let left) = try JSONParser.value(of: redacted) else {
                Issue.record("a text became something else")
                continue
            }
            #expect(!left.contains(key) && left.contains(SecretFilter.replacement), "\(left)")
        }
    }

    @Test func severalKeysAreLookedForAtOnce() {
        var filter = SecretFilter(["first-key-0001", "second-key-0002"])
        filter.formUnion(SecretFilter(["third-key-00003"]))
        #expect(
            filter.redacted("first-key-0001, second-key-0002, 'third-' 'key-00003', fourth-key-0004")
                == "[secret], [secret], '[secret]' '', fourth-key-0004")
    }

    /// What would take a search that goes back longer than the age of the test run.
    @Test(arguments: [
        String(repeating: "a", count: 1 << 16), String(repeating: "\\", count: 1 << 16),
        String(repeating: "%61", count: 1 << 14), String(repeating: "'a'+", count: 1 << 14),
        String(repeating: "\\u0061", count: 1 << 13), String(repeating: "61", count: 1 << 15),
    ])
    func aTextThatAlmostIsTheKeyTakesNoLonger(text: String) {
        let filter = SecretFilter([String(repeating: "a", count: 4_000) + "b"])
        #expect(filter.redacted(text) == text)
    }
}

extension JSONText {
    fileprivate static func of(_ text: String) -> [UInt8] {
        var json = JSONText()
        json.append(text)
        return json.bytes
    }
}
