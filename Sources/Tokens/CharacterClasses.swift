/// What pre-tokenizers and normal forms ask of a character.
struct CharacterClass: OptionSet, Sendable {
    let rawValue: UInt8

    /// `\p{L}`.
    static let letter = CharacterClass(rawValue: 1)
    /// `\p{N}`.
    static let number = CharacterClass(rawValue: 2)
    /// `\s`: Unicode's White_Space.
    static let space = CharacterClass(rawValue: 4)
    /// `\r` and `\n`, which are spaces as well.
    static let newline = CharacterClass(rawValue: 8)
    /// `\p{M}`.
    static let mark = CharacterClass(rawValue: 16)
    /// `\p{P}` and `\p{S}`.
    static let symbol = CharacterClass(rawValue: 32)
    /// Chinese characters and kana, as DeepSeek's pre-tokenizer has them.
    static let cjk = CharacterClass(rawValue: 64)
    /// What normal form C may change, or put together with what stands before it.
    static let composing = CharacterClass(rawValue: 128)
    /// `[\s\p{L}\p{N}]`.
    static let letterNumberOrSpace: CharacterClass = [.letter, .number, .space]
}

/// The classes of all characters, in a table.
enum CharacterClasses {
    /// One entry for each scalar of the planes that have characters with classes; all others have none.
    private static let limit = 0x40000

    /// The raw values by scalar, `limit` of them.
    static let table: [UInt8] = (0..<UInt32(limit)).map { value in
        guard let scalar = Unicode.Scalar(value) else { return 0 }
        return classify(scalar).rawValue
    }

    /// The class of a scalar.
    static func of(_ scalar: UInt32, in table: UnsafePointer<UInt8>) -> CharacterClass {
        if scalar < limit { return CharacterClass(rawValue: table[Int(scalar)]) }
        // The variation selectors beyond are marks.
        return (0xE0100...0xE01EF).contains(scalar) ? [.mark, .composing] : []
    }

    private static func classify(_ scalar: Unicode.Scalar) -> CharacterClass {
        var classes: CharacterClass
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
            classes = .letter
        case .decimalNumber, .letterNumber, .otherNumber: classes = .number
        case .nonspacingMark, .spacingMark, .enclosingMark: classes = .mark
        case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
            .initialPunctuation, .finalPunctuation, .otherPunctuation, .mathSymbol, .currencySymbol,
            .modifierSymbol, .otherSymbol:
            classes = .symbol
        default: classes = []
        }
        if scalar.properties.isWhitespace { classes.insert(.space) }
        if scalar == "\r" || scalar == "\n" { classes.insert(.newline) }
        switch scalar.value {
        case 0x4E00...0x9FA5, 0x3040...0x309F, 0x30A0...0x30FF: classes.insert(.cjk)
        // Vowels and final consonants of Hangul.
        case 0x1161...0x1175, 0x11A8...0x11C2: classes.insert(.composing)
        default: break
        }
        if classes.contains(.mark) || scalar.properties.isFullCompositionExclusion {
            classes.insert(.composing)
        }
        return classes
    }
}
