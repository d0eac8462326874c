/// Python source for values.
public enum PythonLiteral {
    /// A string as Python's `repr` writes it: single quotes unless only double ones avoid escapes, unprintable
    /// characters as escapes.
    public static func string(_ text: String) -> String {
        let scalars = text.unicodeScalars
        let quote: Unicode.Scalar = scalars.contains("'") && !scalars.contains("\"") ? "\"" : "'"
        var result = String.UnicodeScalarView()
        result.append(quote)
        for scalar in scalars {
            if let escape = escape(scalar, in: quote) {
                result.append(contentsOf: escape.unicodeScalars)
            } else {
                result.append(scalar)
            }
        }
        result.append(quote)
        return String(result)
    }

    /// A list of strings.
    public static func list(_ texts: [String]) -> String {
        "[\(texts.map(string).joined(separator: ", "))]"
    }

    private static func escape(_ scalar: Unicode.Scalar, in quote: Unicode.Scalar) -> String? {
        switch scalar {
        case quote, "\\": "\\\(scalar)"
        case "\n": "\\n"
        case "\r": "\\r"
        case "\t": "\\t"
        case " "..."~": nil
        default: isPrintable(scalar) ? nil : hexEscape(scalar.value)
        }
    }

    private static func hexEscape(_ value: UInt32) -> String {
        let (prefix, width) = value <= 0xFF ? ("\\x", 2) : value <= 0xFFFF ? ("\\u", 4) : ("\\U", 8)
        let digits = String(value, radix: 16)
        return prefix + String(repeating: "0", count: width - digits.count) + digits
    }

    /// Python's `str.isprintable`: no control, format, private, unassigned or separator character but the space.
    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned: false
        case .lineSeparator, .paragraphSeparator, .spaceSeparator: false
        default: true
        }
    }
}
