import Testing
import Trajectories

@Suite struct ShownTextTests {
    @Test(arguments: [
        ("plain text, 100 % of it", "plain text, 100 % of it"),
        ("\u{1B}[2J", #"\u{1b}[2J"#),
        ("\u{1B}]0;title\u{7}", #"\u{1b}]0;title\u{7}"#),
        ("a\nb\r\nc\td\u{0}", #"a\u{a}b\u{d}\u{a}c\u{9}d\u{0}"#),
        ("\u{7F}\u{80}\u{9B}31m\u{9F}", #"\u{7f}\u{80}\u{9b}31m\u{9f}"#),
        (
            "\u{202A}\u{202E}\u{2066}\u{2069}\u{200E}\u{200F}\u{61C}",
            #"\u{202a}\u{202e}\u{2066}\u{2069}\u{200e}\u{200f}\u{61c}"#
        ),
        ("\u{2028}\u{2029}", #"\u{2028}\u{2029}"#),
        ("a\u{200B}b\u{FEFF}c\u{AD}\u{2060}", #"a\u{200b}b\u{feff}c\u{ad}\u{2060}"#),
        ("\u{E0041}\u{E0001}\u{3164}\u{115F}", #"\u{e0041}\u{e0001}\u{3164}\u{115f}"#),
        // What looks like an escape is none.
        (#"\u{1b}"#, #"\\u{1b}"#),
        (#"C:\new \x1b \d+ \"#, #"C:\new \x1b \d+ \"#),
        // Any language stays, combining marks and emoji with it.
        ("größer 水 שלום سلام हिन्दी e\u{301} ❤️", "größer 水 שלום سلام हिन्दी e\u{301} ❤️"),
        ("", ""),
    ])
    func whatATerminalWouldObeyIsMadeVisible(text: String, shown: String) {
        #expect(text.shown == shown)
        #expect(!text.shown.unicodeScalars.contains { $0.isHidden })
    }

    @Test func everyControlCharacterIsHiddenAndEveryPrintableOneIsNot() {
        for value in UInt32(0)...0xFF {
            let isControl = value < 0x20 || (0x7F...0x9F).contains(value) || value == 0xAD
            #expect(Unicode.Scalar(value).map(\.isHidden) == isControl, "\(value)")
        }
    }

    @Test func aLongTextIsCut() {
        #expect(String(repeating: "x", count: 1 << 20).shown(limit: 5) == "xxxxx…")
        #expect("\u{1B}\u{1B}\u{1B}".shown(limit: 2) == #"\u{1b}\u{1b}…"#)
        #expect("12345".shown(limit: 5) == "12345")
    }

    @Test(arguments: [
        ("one line", "one line"),
        ("own words\n  the cause", "own words\n  the cause"),
        ("own words\nrecode-data: error: forged", "own words\n  recode-data: error: forged"),
        ("a\r\nrecode-data: b", "a\\u{d}\n  recode-data: b"),
        ("a\u{2028}b\u{85}c\u{B}d\u{C}e", #"a\u{2028}b\u{85}c\u{b}d\u{c}e"#),
        ("a\n\n\nb\n\n", "a\n  \n  \nb".replacing("\nb", with: "\n  b")),
        ("\u{1B}[1A\r\nx", "\\u{1b}[1A\\u{d}\n  x"),
        ("\nrecode-data: x", "\n  recode-data: x"),
        ("", ""),
    ])
    func onlyTheFirstLineOfAMessageIsNotIndented(message: String, text: String) {
        #expect(MessageLayout.text(of: message) == text)
    }

    @Test func aLongMessageKeepsItsEndsWhichSayWhatToDo() {
        let message = "It failed: " + String(repeating: "\u{1B}x", count: 1 << 20) + " Do this."
        let text = MessageLayout.text(of: message)
        #expect(text.hasPrefix(#"It failed: \u{1b}x"#) && text.hasSuffix(#"\u{1b}x Do this."#))
        #expect(text.contains("… 2089172 characters are left out …"))
        #expect(text.utf8.count < 60_000)
        let lines = MessageLayout.text(of: (1...500).map { "\($0)" }.joined(separator: "\n"))
        #expect(lines.newlineSeparated.count == 61)
        #expect(lines.hasPrefix("1\n  2\n") && lines.hasSuffix("\n  499\n  500"))
        #expect(lines.contains("\n  … 440 lines are left out …\n"))
    }

    @Test func outputKeepsItsLinesAndJSONItsValues() throws {
        #expect(OutputLayout.text("a,b\r\nc\td\n\u{1B}\u{9B}\r") == "a,b\r\nc\td\n\\u{1b}\\u{9b}\\u{d}")
        let value = JSONValue.object(["k\u{9B}": .string("\u{7F}\u{202E}\u{E0041}\u{1B}ü")])
        let json = String(decoding: try CanonicalJSON.encode(value), as: UTF8.self)
        let shown = OutputLayout.json(json)
        #expect(shown == #"{"k\u009b":"\u007f\u202e\udb40\udc41\u001bü"}"#)
        #expect(try CanonicalJSON.decode(JSONValue.self, from: shown.utf8) == value)
    }

    @Test(arguments: [
        ("scienceworld, policy expert", "scienceworld, policy expert"),
        ("pick_and_place_simple _x_", #"pick_and_place_simple \_x\_"#),
        ("![x](http://evil/i.png)", #"!\[x\](http\://evil/i.png)"#),
        ("<script>alert(1)</script>", #"\<script\>alert(1)\</script\>"#),
        ("a | b `c` **d** ~~e~~ $f$ &lt;", #"a \| b \`c\` \*\*d\*\* \~\~e\~\~ \$f\$ \&lt;"#),
        ("www.evil.org WWW.evil.org", #"www\.evil.org WWW\.evil.org"#),
        ("# a\n# b", ##"\# a\\u{a}\# b"##),
        (#"\*"#, #"\\\*"#),
    ])
    func aTextInMarkdownStaysText(text: String, markdown: String) {
        #expect(text.shownInMarkdown == markdown)
    }

    @Test(arguments: [
        ("name", "`name`"), ("a`b", "`` a`b ``"), ("``` ` ````", "````` ``` ` ```` `````"),
        ("a\nb", #"`a\u{a}b`"#),
        ("", "`  `"),
    ])
    func codeInMarkdownEndsWhereItsQuotesDo(text: String, markdown: String) {
        #expect(text.markdownCode == markdown)
    }

    @Test(arguments: [
        ("50 % of a_b & c#d {e} $f$", ##"50 \% of a\_b \& c\#d \{e\} \$f\$"##),
        (#"\input{/etc/passwd}"#, #"\textbackslash{}input\{/etc/passwd\}"#),
        (#"\\[1em] *"#, #"\textbackslash{}\textbackslash{}{[}1em{]} {*}"#),
        (
            "a^b~c <d> |e| \"f\"",
            #"a\textasciicircum{}b\textasciitilde{}c \textless{}d\textgreater{} \textbar{}e\textbar{} \char34{}f\char34{}"#
        ),
        // With a combining mark, it is another character and a command all the same.
        ("\\\u{301}x%\u{302}", "\\textbackslash{}\u{301}x\\%\u{302}"),
        ("% a\n\\end{x}", #"\% a\textbackslash{}u\{a\}\textbackslash{}end\{x\}"#),
        ("0.5 ± 0.1", #"0.5 $\pm$ 0.1"#),
    ])
    func aTextInLaTeXStaysText(text: String, latex: String) {
        #expect(text.shownInLaTeX == latex)
    }

    @Test(arguments: [
        ("plain", "plain"), ("-0.25", "-0.25"), ("+1e3", "+1e3"), ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-cmd|' /C calc'!A0", "'-cmd|' /C calc'!A0"), ("+x", "'+x"), ("\t=1", #"\u{9}=1"#),
        ("a\r\n=1", #"a\u{d}\u{a}=1"#),
    ])
    func aTextInCSVIsNoFormula(text: String, csv: String) {
        #expect(text.shownInCSV == csv)
    }

    @Test(arguments: [
        ("apache-2.0", #""apache-2.0""#), ("a\"b\\c\u{301}", "\"a\\\"b\\\\c\u{301}\""),
        ("\"\u{301}", "\"\\\"\u{301}\""), ("a\n- b: {c}", #""a\\u{a}- b: {c}""#),
    ])
    func aTextInYAMLStaysOneText(text: String, yaml: String) {
        #expect(text.yamlText == yaml)
    }
}
