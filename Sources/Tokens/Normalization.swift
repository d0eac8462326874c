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
        guard text.unicodeScalars.contains(where: { isLaterMark($0) || beginsAnew($0) }) else {
            return text.precomposedStringWithCanonicalMapping
        }
        var result = String.UnicodeScalarView()
        var known = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if isLaterMark(scalar) || beginsAnew(scalar) {
                result += String(known).precomposedStringWithCanonicalMapping.unicodeScalars
                known = .init()
            }
            if isLaterMark(scalar) {
                result.append(scalar)
            } else {
                known.append(scalar)
            }
        }
        result += String(known).precomposedStringWithCanonicalMapping.unicodeScalars
        return String(result)
    }

    /// Tibetan vowels that count as no marks and are made of marks: those are not put in order with the ones before.
    private static func beginsAnew(_ scalar: Unicode.Scalar) -> Bool {
        [0x0F73, 0x0F75, 0x0F81].contains(scalar.value)
    }

    private static func isLaterMark(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value >= 0x0300 && scalar.properties.canonicalCombiningClass != .notReordered
            && scalar.properties.age.map { $0 > version } ?? true
    }
}
