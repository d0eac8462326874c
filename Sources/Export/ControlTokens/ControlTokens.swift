import Trajectories

/// Texts that a trainer's tokenizer takes for control tokens, such as `<|im_end|>`, and where they are in
/// other texts.
///
/// They are found by their bytes. Of what Unicode's normal form C makes of other characters, the one letter
/// that they can hold is K, which U+212A KELVIN SIGN becomes: either is found.
public struct ControlTokens: Sendable {
    /// The tokens, in the order of their bytes.
    public let names: [String]
    private let automaton: TokenAutomaton
    /// The token that each string of the automaton is of.
    private let tokens: [Int]
    private let lengths: [Int]
    /// How many bytes the first character of each string has.
    private let firstLengths: [Int]

    /// Takes the tokens; those of the same bytes are one.
    public init(_ names: some Sequence<String>) {
        let known = Set(names.lazy.map { Array($0.utf8) }).filter { !$0.isEmpty }
            .sorted { $0.lexicographicallyPrecedes($1) }
        self.names = known.map { String(decoding: $0, as: UTF8.self) }
        var strings: [[UInt8]] = []
        var tokens: [Int] = []
        for (number, name) in self.names.enumerated() {
            let variants = Self.variants(of: name)
            strings += variants
            tokens += variants.map { _ in number }
        }
        self.tokens = tokens
        lengths = strings.map(\.count)
        firstLengths = strings.map {
            String(decoding: $0, as: UTF8.self).unicodeScalars.first?.utf8.count ?? 1
        }
        automaton = TokenAutomaton(strings)
    }

    /// How many bytes are looked for because of a token, its variants together.
    static func searchedByteCount(of name: String) -> Int {
        let doublings = min(4, name.utf8.count { $0 == UInt8(ascii: "K") })
        return (name.utf8.count + 2 * doublings) << doublings
    }

    /// The token with each of its letters K as it is and as the Kelvin sign; from the fifth on they are left
    /// as they are.
    private static func variants(of name: String) -> [[UInt8]] {
        var variants: [[UInt8]] = [[]]
        for scalar in name.unicodeScalars {
            let asItIs = variants.map { $0 + Array(scalar.utf8) }
            variants =
                asItIs
                + (scalar == "K" && variants.count < 16 ? variants.map { $0 + [0xE2, 0x84, 0xAA] } : [])
        }
        return variants
    }

    /// SHA-256 of the tokens, one a line.
    public var sha256: String { Digest.sha256Hex(of: names.joined(separator: "\n").utf8) }

    /// Which tokens there are in texts, those among them that begin in one and end in the next: a chat
    /// template may write nothing in between.
    /// - Complexity: O(*n*) in bytes.
    public func found(in texts: [String]) -> Set<String> {
        var isFound = [Bool](repeating: false, count: names.count)
        forEach(in: texts) { string, _ in isFound[tokens[string]] = true }
        return Set(names.indices.lazy.filter { isFound[$0] }.map { names[$0] })
    }

    /// Finds every token in texts that follow each other.
    /// - Parameter body: is given the string of the automaton, and where it ends, in bytes of all the texts
    ///   together.
    private func forEach(in texts: [String], _ body: (_ string: Int, _ end: Int) -> Void) {
        var state = TokenAutomaton.State()
        var start = 0
        for var text in texts {
            text.withUTF8 { bytes in
                automaton.read(bytes, from: &state) { string, end in body(string, start + end) }
                start += bytes.count
            }
        }
    }

    /// What ``escaped(_:)`` puts behind the first character of a token.
    public static let escape: Character = "\\"

    /// The texts with a backslash behind the first character of every token: `<\|im_end|>`. A backslash is no
    /// white space, has no other normal form and is a byte of its own in every byte-level vocabulary, so that
    /// no tokenizer puts the two sides together again, and a reader sees what it was.
    /// - Complexity: O(*n*) in bytes, but for sorting what is found.
    public func escaped(_ texts: [String]) -> [String] {
        var cuts: [Int] = []
        forEach(in: texts) { string, end in cuts.append(end - lengths[string] + firstLengths[string]) }
        guard !cuts.isEmpty else { return texts }
        var left = Set(cuts).sorted()[...]
        var start = 0
        return texts.map { text in
            let bytes = Array(text.utf8)
            let end = start + bytes.count
            var escaped: [UInt8] = []
            var place = start
            while let cut = left.first, cut <= end {
                escaped += bytes[(place - start)..<(cut - start)]
                escaped.append(UInt8(ascii: "\\"))
                place = cut
                left.removeFirst()
            }
            escaped += bytes[(place - start)...]
            start = end
            return String(decoding: escaped, as: UTF8.self)
        }
    }
}
