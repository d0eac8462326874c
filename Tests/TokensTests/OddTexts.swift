import Trajectories

/// Texts that tokenizers disagree about: seeded, so that they are the same every time.
enum OddTexts {
    /// What every list begins with.
    static let chosen = [
        "", " ", "\n", "a", "hello world", "中文测试", "1234567890", "<think>", "I'LL don't WE'VE 'ſ 'S x's 'sſ",
        "  two  spaces   three ", "tab\tand\r\nline\n\n  end \n", "\u{00A0}\u{2003}x\u{3000}y\u{85}z\u{2028}",
        "e\u{301}\u{323} ｅ́ Å Å ﬁ 각 \u{1100}\u{1161}\u{11A8}", "٣٤٥ Ⅷ ½ ² 𝟘𝟙 १२३", "👩‍👩‍👧‍👦🏳️‍🌈 🇩🇪🇫🇷 ☃️",
        "𐍈 𒀀 \u{E000}\u{10FFFF}\u{FFFD}\u{200D}\u{FEFF}", "if x>=10:\n\t\treturn [a_b for a_b in 'c']\n",
        "<|im_start|>user\nHi<|im_end|>\n", "עברית العربية हिन्दी ไทย 日本語のテキスト 한국어 Ελληνικά Русский",
        "\u{0}\u{1}\u{7F}\u{80}", String(repeating: "=", count: 300),
        String(repeating: " ", count: 300) + "x",
        String(repeating: "ab", count: 400), String(repeating: "漢", count: 120), "a\u{30A}\u{30A}b 9\u{20E3}",
        "()\u{344}\u{F81} \u{301}\u{F73} \u{1DF6}\u{329}",
    ]

    private static let pieces = [
        "the", "The", " a", "'s", "'LL", " ", "  ", "\n", "\r\n", "\t", "1", "23", "456", "٤", "½", ".", ",",
        "!!", "()",
        "_", "-", "é", "e\u{301}", "ß", "ſ", "K", "中", "かな", "カ", "한", "\u{00A0}", "\u{3000}", "\u{200B}",
        "👍🏽", "\u{FE0F}",
        "run('look around')", "observation", "\u{0301}", "𝒳", "\u{E0100}", "\"", "\\n", "<think>", "ไ",
        "\u{85}",
    ]

    /// The chosen ones, and so many that are put together by chance.
    static func all(_ count: Int, seed: UInt64 = 1) -> [String] {
        var random = SeededGenerator(seed: seed)
        return chosen
            + (0..<count).map { _ in
                (0..<Int.random(in: 1...40, using: &random)).map { _ in
                    if Int.random(in: 0..<4, using: &random) > 0 {
                        return pieces.randomElement(using: &random) ?? ""
                    }
                    // Assigned characters of all kinds.
                    while true {
                        let value = UInt32.random(in: 0..<0x3000 * 4, using: &random)
                        if let scalar = Unicode.Scalar(value),
                            scalar.properties.age.map({ $0 < (15, 1) }) == true
                        {
                            return String(Character(scalar))
                        }
                    }
                }.joined()
            }
    }
}
