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
            return composed(text.unicodeScalars)
        }
        var result = String.UnicodeScalarView()
        var known = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if isUnknown(scalar) {
                result += composed(known).unicodeScalars
                result.append(scalar)
                known = .init()
            } else {
                known += tibetanVowels[scalar] ?? openSyllable(scalar) ?? [scalar]
            }
        }
        result += composed(known).unicodeScalars
        return String(result)
    }

    /// The form by Foundation, which takes n² steps for n marks that are out of order: long runs are put in order first.
    /// - Complexity: O(*n* log *n*).
    private static func composed(_ scalars: String.UnicodeScalarView) -> String {
        var ordered = String.UnicodeScalarView()
        var marks: [(scalar: Unicode.Scalar, rank: UInt8)] = []
        func takeMarks() {
            // A sort that keeps the order of equal ones, as the normal form asks for.
            if marks.count > longestUsualRun { marks.sort { $0.rank < $1.rank } }
            ordered.append(contentsOf: marks.lazy.map(\.scalar))
            marks.removeAll(keepingCapacity: true)
        }
        for scalar in scalars {
            let rank = scalar.value < 0x0300 ? 0 : scalar.properties.canonicalCombiningClass.rawValue
            if rank > 0 {
                marks.append((scalar, rank))
            } else {
                takeMarks()
                ordered.append(scalar)
            }
        }
        takeMarks()
        return String(ordered).precomposedStringWithCanonicalMapping
    }

    /// More marks than these stand behind no letter of a text that anybody wrote.
    private static let longestUsualRun = 32

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
