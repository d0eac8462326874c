#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A text as it is searched for keys: each unit a byte, with the place it came from. Escapes and URL quotes are read.
struct SearchText {
    private(set) var bytes: [UInt8]
    /// Where a unit begins in the text as it was; that of the end comes last.
    private var starts: [Int]
    /// Where quotes are, so that what is between them can be told from what is not: in which stretch each unit is.
    private var stretches: [Int32] = []

    /// Takes a text as it is.
    private init(_ text: [UInt8]) {
        bytes = text
        starts = Array(0...text.count)
    }

    /// The ways to read a text: as it is, and with its escapes and URL quotes read. All are searched: `C:\nvapi` may hold the `n`
    /// of a key, or a line end.
    ///
    /// - Parameter isJSON: whether it is JSON: then the first reading is what its strings mean.
    static func readings(of text: [UInt8], isJSON: Bool = false) -> [SearchText] {
        var first = SearchText(text)
        if isJSON { _ = first.decode(Self.jsonEscape) }
        var readings = [first]
        // Escapes within escapes (`%2573`) are read too; whoever nests them deeper writes for nobody.
        var next = SearchText(text)
        for _ in 0..<3 {
            guard let hasMore = next.decode(Self.escape) else { break }
            readings.append(next)
            guard hasMore else { break }
        }
        for index in readings.indices { readings[index].findStretches() }
        return readings
    }

    /// The place of a unit in the text.
    func range(of unit: Int32) -> Range<Int> { starts[Int(unit)]..<starts[Int(unit) + 1] }

    private typealias Escape = (Int, UnsafeBufferPointer<UInt8>) -> (byte: UInt8, length: Int)?

    /// Reads escapes and quotes.
    /// - Returns: whether there may be more to read in what came of it; `nil` where there was nothing to read.
    private mutating func decode(_ read: Escape) -> Bool? {
        guard bytes.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "\\") }) else {
            return nil
        }
        var decoded: [UInt8] = []
        var places: [Int] = []
        decoded.reserveCapacity(bytes.count)
        places.reserveCapacity(starts.count)
        var changed = false
        bytes.withUnsafeBufferPointer { text in
            var index = 0
            while index < text.count {
                let escape = read(index, text)
                decoded.append(escape?.byte ?? text[index])
                places.append(starts[index])
                // A line end that was escaped, or a quote, is nothing to read again.
                if let escape, escape.byte > 0x20 { changed = true }
                index += escape?.length ?? 1
            }
        }
        places.append(starts[bytes.count])
        bytes = decoded
        starts = places
        return changed
    }

    /// The escape of JSON at a place.
    private static func jsonEscape(
        at index: Int, of text: UnsafeBufferPointer<UInt8>
    ) -> (byte: UInt8, length: Int)? {
        guard text[index] == UInt8(ascii: "\\"), index + 1 < text.count else { return nil }
        switch text[index + 1] {
        case UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return (UInt8(ascii: " "), 2)
        case UInt8(ascii: "u"):
            return number(at: index + 2, digits: 4, of: text).map { (byte(for: $0), 6) }
        default: return (text[index + 1], 2)
        }
    }

    /// The escape at a place: what it means and how long it is. What is no ASCII character is read as a byte that no key has.
    private static func escape(
        at index: Int, of text: UnsafeBufferPointer<UInt8>
    ) -> (byte: UInt8, length: Int)? {
        switch text[index] {
        case UInt8(ascii: "%"):
            return number(at: index + 1, digits: 2, of: text).map { (byte(for: $0), 3) }
        case UInt8(ascii: "\\"):
            // A string within a string has its backslashes twice.
            var next = index
            while next < text.count, text[next] == UInt8(ascii: "\\") { next += 1 }
            guard next < text.count else { return nil }
            return letter(at: next, of: text).map { ($0.byte, next - index + $0.length) }
        default: return nil
        }
    }

    private static func letter(
        at next: Int, of text: UnsafeBufferPointer<UInt8>
    ) -> (byte: UInt8, length: Int)? {
        switch text[next] {
        case UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"), UInt8(ascii: "f"), UInt8(ascii: "v"),
            UInt8(ascii: "\n"):
            return (UInt8(ascii: " "), 1)
        case UInt8(ascii: "/"), UInt8(ascii: "\""), UInt8(ascii: "'"):
            return (text[next], 1)
        case UInt8(ascii: "x"):
            return number(at: next + 1, digits: 2, of: text).map { (byte(for: $0), 3) }
        case UInt8(ascii: "u"):
            return number(at: next + 1, digits: 4, of: text).map { (byte(for: $0), 5) }
        case UInt8(ascii: "U"):
            return number(at: next + 1, digits: 8, of: text).map { (byte(for: $0), 9) }
        case UInt8(ascii: "0")...UInt8(ascii: "7"):
            let digits = text[next...].prefix(3).prefix { (0x30...0x37).contains($0) }
            return (byte(for: digits.reduce(0) { $0 << 3 | Int($1 - 0x30) }), digits.count)
        default: return nil
        }
    }

    private static func number(at index: Int, digits: Int, of text: UnsafeBufferPointer<UInt8>) -> Int? {
        guard index + digits <= text.count else { return nil }
        var value = 0
        for place in index..<(index + digits) {
            guard let digit = text[place].hexadecimalDigit else { return nil }
            value = value << 4 | digit
        }
        return value
    }

    private static func byte(for value: Int) -> UInt8 { value < 0x80 ? UInt8(value) : 0xFF }

    private mutating func findStretches() {
        var stretch: Int32 = 0
        var wasQuote = false
        stretches.reserveCapacity(bytes.count)
        for byte in bytes {
            // Quotes next to each other, as of an empty or a triple-quoted text, count as one.
            if byte.isQuote, !wasQuote { stretch += 1 }
            wasQuote = byte.isQuote
            stretches.append(stretch)
        }
    }

    /// What is between each of some units and the next.
    func joints(of units: ArraySlice<Int32>) -> [ArraySlice<UInt8>] {
        zip(units, units.dropFirst()).map { bytes[(Int($0) + 1)..<Int($1)] }
    }

    /// The units between some that are a key's own, such as its plus signs, and not of the code or the JSON around it.
    /// - Parameter own: what the key has between its units.
    func ownJoints(_ own: [ArraySlice<UInt8>], of units: ArraySlice<Int32>) -> [Int32] {
        var found: [Int32] = []
        for (joint, (unit, next)) in zip(own, zip(units, units.dropFirst())) where !joint.isEmpty {
            let between = (unit + 1)..<next
            guard between.count == joint.count, zip(between, joint).allSatisfy({ bytes[Int($0)] == $1 }),
                !joint.contains(where: \.shapesJSON)
            else { continue }
            found += between
        }
        return found
    }

    /// The units of a part of the text that matter to a form of keys.
    func view(_ kind: SearchView.Kind, of part: SearchView.Part) -> SearchView {
        var view = SearchView()
        view.bytes.reserveCapacity(bytes.count)
        view.units.reserveCapacity(bytes.count)
        bytes.withUnsafeBufferPointer { text in
            for index in text.indices {
                switch part {
                case .all: break
                case .evenStretches: if stretches[index] & 1 == 1 { continue }
                case .oddStretches: if stretches[index] & 1 == 0 { continue }
                }
                guard let byte = kind.byte(at: index, of: text) else { continue }
                view.bytes.append(byte)
                view.units.append(Int32(truncatingIfNeeded: index))
            }
        }
        return view
    }
}

/// Some of a text's units, one next to the other.
struct SearchView {
    /// What is looked for in it.
    enum Kind: Hashable, CaseIterable {
        /// Keys as they are: without white space and what code puts literals together with.
        case plain
        /// Letters and digits.
        case base64
        /// Letters and digits in lower case, without `0x`.
        case hexadecimal
    }

    /// Which stretches between quotes it takes in: literals, or what is between them. Nobody says which is which.
    enum Part: CaseIterable {
        case all, evenStretches, oddStretches
    }

    var bytes: [UInt8] = []
    var units: [Int32] = []

    /// Where a pattern begins in it, without overlaps.
    /// - Complexity: O(*n*), whatever the two look like (Knuth, Morris and Pratt).
    func places(of pattern: SearchPattern) -> [Int] {
        var places: [Int] = []
        bytes.withUnsafeBufferPointer { text in
            guard let base = text.baseAddress, let first = pattern.bytes.first else { return }
            var matched = 0
            var index = 0
            while index < text.count {
                if matched == 0 {
                    // Most of a text is no beginning of a key.
                    guard let next = memchr(base + index, Int32(first), text.count - index) else { return }
                    index = UnsafeRawPointer(next) - UnsafeRawPointer(base) + 1
                    matched = 1
                } else if text[index] == pattern.bytes[matched] {
                    matched += 1
                    index += 1
                } else {
                    matched = pattern.fallback[matched - 1]
                    continue
                }
                if matched == pattern.bytes.count {
                    places.append(index - matched)
                    matched = 0
                }
            }
        }
        return places
    }
}

/// What is looked for, with what a search has to know of it.
struct SearchPattern: Hashable {
    let bytes: [UInt8]
    /// How long the longest beginning is that the bytes up to each place end with.
    let fallback: [Int]
    /// What a key has between its bytes that a view leaves out; nothing where there are none.
    let joints: [ArraySlice<UInt8>]

    /// - Precondition: there is more than one byte.
    init(_ bytes: [UInt8], joints: [ArraySlice<UInt8>] = []) {
        precondition(bytes.count > 1)
        self.bytes = bytes
        self.joints = joints
        var fallback = [0]
        for byte in bytes.dropFirst() {
            var length = fallback[fallback.count - 1]
            while length > 0, bytes[length] != byte { length = fallback[length - 1] }
            fallback.append(bytes[length] == byte ? length + 1 : 0)
        }
        self.fallback = fallback
    }
}

extension SearchView.Kind {
    /// What a unit counts as; `nil` where it is passed over.
    fileprivate func byte(at index: Int, of text: UnsafeBufferPointer<UInt8>) -> UInt8? {
        let byte = text[index]
        switch self {
        case .plain:
            return byte.joinsLiterals ? nil : byte
        case .base64:
            return byte.isLetterOrDigit ? byte : nil
        case .hexadecimal:
            guard byte.isLetterOrDigit, !isPrefix(index, of: text) else { return nil }
            return byte | (byte > UInt8(ascii: "9") ? 0x20 : 0)
        }
    }

    /// Whether it is part of the `0x` of a number.
    private func isPrefix(_ index: Int, of text: UnsafeBufferPointer<UInt8>) -> Bool {
        func isPrefix(at zero: Int) -> Bool {
            zero >= 0 && zero + 2 < text.count && text[zero] == UInt8(ascii: "0")
                && text[zero + 1] | 0x20 == UInt8(ascii: "x") && text[zero + 2].hexadecimalDigit != nil
                && (zero == 0 || !text[zero - 1].isLetterOrDigit)
        }
        return isPrefix(at: index) || isPrefix(at: index - 1)
    }
}

extension UInt8 {
    fileprivate var isQuote: Bool {
        self == UInt8(ascii: "\"") || self == UInt8(ascii: "'") || self == UInt8(ascii: "`")
    }

    /// Whether JSON would be another without it.
    fileprivate var shapesJSON: Bool {
        isQuote || self == UInt8(ascii: "\\") || self == UInt8(ascii: ",") || self == UInt8(ascii: "[")
            || self == UInt8(ascii: "]") || self == UInt8(ascii: "{") || self == UInt8(ascii: "}")
    }

    fileprivate var isLetterOrDigit: Bool {
        (0x30...0x39).contains(self) || (0x41...0x5A).contains(self) || (0x61...0x7A).contains(self)
    }

    /// White space, and what code may have between literals that it puts together.
    fileprivate var joinsLiterals: Bool {
        switch self {
        case 0...0x20, 0x22, 0x27, 0x60: true
        case UInt8(ascii: "+"), UInt8(ascii: ","), UInt8(ascii: "\\"), UInt8(ascii: ";"): true
        case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "["), UInt8(ascii: "]"),
            UInt8(ascii: "{"), UInt8(ascii: "}"):
            true
        default: false
        }
    }

    fileprivate var hexadecimalDigit: Int? {
        switch self {
        case 0x30...0x39: Int(self) - 0x30
        case 0x41...0x46: Int(self) - 0x41 + 10
        case 0x61...0x66: Int(self) - 0x61 + 10
        default: nil
        }
    }
}
