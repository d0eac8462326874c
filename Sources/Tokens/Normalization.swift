// The one place that needs more than FoundationEssentials: Unicode's normal forms.
import Foundation

/// Unicode's normal form C, as Hugging Face's `tokenizers` knows it.
enum Normalization {
    /// The version of Unicode whose marks those order and compose; later ones are any character to them.
    private static let version = (major: 9, minor: 0)

    /// The text in normal form C.
    static func composed(_ text: String) -> String {
        // Below U+0300 every text is in normal form already.
        guard text.utf8.contains(where: { $0 >= 0xCC }) else { return text }
        guard text.unicodeScalars.contains(where: { isLaterMark($0) || tibetanVowels[$0] != nil }) else {
            return text.precomposedStringWithCanonicalMapping
        }
        var result = String.UnicodeScalarView()
        var known = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if isLaterMark(scalar) {
                result += String(known).precomposedStringWithCanonicalMapping.unicodeScalars
                result.append(scalar)
                known = .init()
            } else {
                known += tibetanVowels[scalar] ?? [scalar]
            }
        }
        result += String(known).precomposedStringWithCanonicalMapping.unicodeScalars
        return String(result)
    }

    /// Characters that are no marks and consist of marks. Foundation does not put those in order with the marks before.
    private static let tibetanVowels: [Unicode.Scalar: [Unicode.Scalar]] = [
        "\u{F73}": ["\u{F71}", "\u{F72}"], "\u{F75}": ["\u{F71}", "\u{F74}"],
        "\u{F81}": ["\u{F71}", "\u{F80}"],
    ]

    private static func isLaterMark(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value >= 0x0300 && scalar.properties.canonicalCombiningClass != .notReordered
            && scalar.properties.age.map { $0 > version } ?? true
    }
}
