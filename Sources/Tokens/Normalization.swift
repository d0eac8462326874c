// The one place that needs more than FoundationEssentials: Unicode's normal forms.
import Foundation

/// Unicode's normal form C, as Hugging Face's `tokenizers` knows it.
enum Normalization {
    /// The version of Unicode whose marks those order and compose; later ones are any character to them.
    private static let version = (major: 9, minor: 0)

    /// The text in normal form C.
    static func composed(_ text: String) -> String {
        // Below U+0300 every text is in normal form already.
        guard text.utf8.contains(where: { $0 >= 0xCC }), !isComposed(text) else { return text }
        guard text.unicodeScalars.contains(where: needsCare) else {
            return text.precomposedStringWithCanonicalMapping
        }
        var result = String.UnicodeScalarView()
        var known = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if isUnknown(scalar) {
                result += String(known).precomposedStringWithCanonicalMapping.unicodeScalars
                result.append(scalar)
                known = .init()
            } else {
                known += tibetanVowels[scalar] ?? openSyllable(scalar) ?? [scalar]
            }
        }
        result += String(known).precomposedStringWithCanonicalMapping.unicodeScalars
        return String(result)
    }

    /// Whether no character of a text can change or compose: Unicode Standard Annex 15, section 9, without a second look at
    /// those that may.
    private static func isComposed(_ text: String) -> Bool {
        CharacterClasses.table.withUnsafeBufferPointer { table in
            guard let classes = table.baseAddress else { return false }
            return !text.unicodeScalars.contains {
                CharacterClasses.of($0.value, in: classes).contains(.composing)
            }
        }
    }

    /// Characters that are no marks and consist of marks. Foundation does not put those in order with the marks before.
    private static let tibetanVowels: [Unicode.Scalar: [Unicode.Scalar]] = [
        "\u{F73}": ["\u{F71}", "\u{F72}"], "\u{F75}": ["\u{F71}", "\u{F74}"],
        "\u{F81}": ["\u{F71}", "\u{F80}"],
    ]

    /// The consonant and the vowel of a syllable of Hangul that ends with the vowel. Foundation puts a final consonant to
    /// these, and none to the syllable.
    private static func openSyllable(_ scalar: Unicode.Scalar) -> [Unicode.Scalar]? {
        guard (0xAC00...0xD7A3).contains(scalar.value), (scalar.value - 0xAC00).isMultiple(of: 28) else {
            return nil
        }
        let vowels = (scalar.value - 0xAC00) / 28
        return [0x1100 + vowels / 21, 0x1161 + vowels % 21].compactMap(Unicode.Scalar.init)
    }

    /// Whether Foundation's normal form is another one where a text has this character.
    private static func needsCare(_ scalar: Unicode.Scalar) -> Bool {
        isUnknown(scalar) || tibetanVowels[scalar] != nil || (0x11A8...0x11C2).contains(scalar.value)
    }

    /// Whether a character stays as it is, and where it is: marks of later versions, and what stands beside the vowels and
    /// final consonants of Hangul, which Foundation takes for some.
    private static func isUnknown(_ scalar: Unicode.Scalar) -> Bool {
        guard scalar.value >= 0x0300 else { return false }
        if [0x1176, 0x11A7, 0x11C3].contains(scalar.value) { return true }
        return scalar.properties.canonicalCombiningClass != .notReordered
            && scalar.properties.age.map { $0 > version } ?? true
    }
}
