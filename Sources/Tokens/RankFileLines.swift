/// The lines of a tiktoken rank file: a token's bytes in base64, a space and its id.
///
/// Read with pointers and plain loops: a build for debugging, which tests use, is slow at all else, and a file has some
/// 150,000 lines.
struct RankFileLines {
    /// What a line holds.
    enum Line {
        /// A token, whose bytes are in ``RankFileLines/token``.
        case entry(id: Int)
        case empty
        /// Something else; its beginning.
        case unknown(String)
    }

    /// The number of the line read last, from 1.
    private(set) var number = 0
    /// The bytes of the token in the line read last.
    private(set) var token: [UInt8] = []
    private let bytes: UnsafeBufferPointer<UInt8>
    private var place = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    /// How many lines there are.
    static func count(in bytes: UnsafeBufferPointer<UInt8>) -> Int {
        guard let base = bytes.baseAddress else { return 0 }
        var count = 1
        for index in 0..<bytes.count where base[index] == UInt8(ascii: "\n") { count += 1 }
        return count
    }

    /// Reads a line; `nil` behind the last.
    mutating func next() -> Line? {
        guard let base = bytes.baseAddress, place < bytes.count else { return nil }
        let start = base + place
        var length = 0
        var space = 0
        while place + length < bytes.count, start[length] != UInt8(ascii: "\n") {
            if start[length] == UInt8(ascii: " ") { space = length }
            length += 1
        }
        place += length + 1
        number += 1
        if length == 0 { return .empty }
        guard Base64.decode(start, space, into: &token),
            let id = Self.id(start + space + 1, length - space - 1)
        else {
            let beginning = UnsafeBufferPointer(start: start, count: min(length, 60))
            return .unknown(String(decoding: beginning, as: UTF8.self))
        }
        return .entry(id: id)
    }

    private static func id(_ digits: UnsafePointer<UInt8>, _ count: Int) -> Int? {
        guard (1...7).contains(count) else { return nil }
        var id = 0
        for index in 0..<count {
            let digit = digits[index] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            id = id * 10 + Int(digit)
        }
        return id
    }
}

/// Bytes written as text, six bits to a letter.
enum Base64 {
    /// The six bits of each letter; ``none`` for bytes that are no letters.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: none, count: 256)
        let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        for (value, letter) in letters.utf8.enumerated() { values[Int(letter)] = UInt8(value) }
        return values
    }()
    private static let none: UInt8 = 0xFF

    /// Puts the bytes that a text stands for into `bytes`, in place of what is there.
    /// - Returns: whether it stands for any: it is base64, with its padding, and not empty.
    static func decode(_ text: UnsafePointer<UInt8>, _ count: Int, into bytes: inout [UInt8]) -> Bool {
        bytes.removeAll(keepingCapacity: true)
        guard count > 0, count % 4 == 0 else { return false }
        var letterCount = count
        while letterCount > count - 2, text[letterCount - 1] == UInt8(ascii: "=") { letterCount -= 1 }
        var bits: UInt32 = 0
        var bitCount: UInt32 = 0
        for index in 0..<letterCount {
            let value = values[Int(text[index])]
            guard value != none else { return false }
            bits = bits << 6 | UInt32(value)
            bitCount += 6
            if bitCount >= 8 {
                bitCount -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> bitCount))
            }
        }
        return true
    }
}
