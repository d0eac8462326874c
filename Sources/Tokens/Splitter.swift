/// One step of a pre-tokenizer: cuts text into pieces that are encoded one by one.
///
/// Written out by hand for each of the regular expressions that vocabularies ship, which are quoted; the order of their
/// alternatives decides.
enum Splitter: Sendable, Hashable {
    /// GPT-2's, also that of Hugging Face's `ByteLevel`:
    /// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`.
    case gpt2
    /// GPT-4's, Llama 3's (runs of up to 3 digits) and Qwen2's (single digits):
    /// `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`.
    case gpt4(digits: Int)
    /// Runs of up to so many digits by themselves, and what stands between: `\p{N}{1,3}`, isolated.
    case digits(Int)
    /// Runs of Chinese characters and kana by themselves: `[一-龥぀-ゟ゠-ヿ]+`, isolated.
    case cjk
    /// DeepSeek's last step:
    /// ``[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+``.
    case deepSeek
}

/// Text being cut: valid UTF-8, and the classes of its characters.
struct SplitText {
    let bytes: UnsafeBufferPointer<UInt8>
    let classes: UnsafePointer<UInt8>

    /// The end of the piece that begins at `start`, after it and up to `end`.
    ///
    /// Looking ahead stops at `end`, as the pieces of an earlier step are texts of their own.
    @inline(__always)
    func next(_ splitter: Splitter, from start: Int, to end: Int) -> Int {
        switch splitter {
        case .gpt2: gpt2(start, end)
        case .gpt4(let digits): gpt4(start, end, digits: digits)
        case .digits(let count): isolated(start, end, .number, atMost: count)
        case .cjk: isolated(start, end, .cjk, atMost: .max)
        case .deepSeek: deepSeek(start, end)
        }
    }
}

// MARK: - Characters

extension SplitText {
    /// The class of the character at `place`, and where the next one begins.
    @inline(__always)
    private func character(_ place: Int) -> (CharacterClass, next: Int) {
        let first = bytes[place]
        if first < 0x80 { return (CharacterClass(rawValue: classes[Int(first)]), place + 1) }
        let (scalar, length) = scalar(place)
        return (CharacterClasses.of(scalar, in: classes), place + length)
    }

    @inline(__always)
    private func scalar(_ place: Int) -> (UInt32, length: Int) {
        let first = UInt32(bytes[place])
        if first < 0x80 { return (first, 1) }
        if first < 0xE0 { return ((first & 0x1F) << 6 | rest(place + 1), 2) }
        if first < 0xF0 { return ((first & 0x0F) << 12 | rest(place + 1) << 6 | rest(place + 2), 3) }
        return (
            (first & 0x07) << 18 | rest(place + 1) << 12 | rest(place + 2) << 6 | rest(place + 3), 4
        )
    }

    @inline(__always)
    private func rest(_ place: Int) -> UInt32 { UInt32(bytes[place] & 0x3F) }

    /// Where a run of characters that have one of these classes ends.
    @inline(__always)
    private func run(_ place: Int, _ end: Int, of wanted: CharacterClass) -> Int {
        var place = place
        while place < end {
            let (found, next) = character(place)
            if found.isDisjoint(with: wanted) { return place }
            place = next
        }
        return place
    }

    /// Where a run of characters that have none of these classes ends.
    @inline(__always)
    private func run(_ place: Int, _ end: Int, without unwanted: CharacterClass) -> Int {
        var place = place
        while place < end {
            let (found, next) = character(place)
            if !found.isDisjoint(with: unwanted) { return place }
            place = next
        }
        return place
    }

    /// Where a run of line ends stops.
    @inline(__always)
    private func lineEnds(_ place: Int, _ end: Int) -> Int {
        var place = place
        while place < end, bytes[place] == 0x0A || bytes[place] == 0x0D { place += 1 }
        return place
    }

    /// Where the last character before `place` begins.
    @inline(__always)
    private func before(_ place: Int) -> Int {
        var place = place - 1
        while bytes[place] & 0xC0 == 0x80 { place -= 1 }
        return place
    }
}

// MARK: - Alternatives

extension SplitText {
    /// `'s|'t|'re|'ve|'m|'ll|'d`; `start` if there is none.
    @inline(__always)
    private func contraction(_ start: Int, _ end: Int, ignoringCase: Bool) -> Int {
        guard bytes[start] == UInt8(ascii: "'"), start + 1 < end else { return start }
        let fold: UInt8 = ignoringCase ? 0x20 : 0
        let first = bytes[start + 1] | fold
        switch first {
        case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"): return start + 2
        case UInt8(ascii: "r"), UInt8(ascii: "v"):
            return start + 2 < end && bytes[start + 2] | fold == UInt8(ascii: "e") ? start + 3 : start
        case UInt8(ascii: "l"):
            return start + 2 < end && bytes[start + 2] | fold == UInt8(ascii: "l") ? start + 3 : start
        // A long s, ſ, is an s where case does not count.
        case 0xE5 where ignoringCase && bytes[start + 1] == 0xC5:
            return start + 2 < end && bytes[start + 2] == 0xBF ? start + 3 : start
        default: return start
        }
    }

    /// `\s*[\r\n]+|\s+(?!\S)|\s+` where `\s` stands at `start`.
    @inline(__always)
    private func spaces(_ start: Int, _ end: Int) -> Int {
        let runEnd = run(start, end, of: .space)
        var place = runEnd
        while place > start {
            if bytes[place - 1] == 0x0A || bytes[place - 1] == 0x0D { return place }
            place -= 1
        }
        return trailingSpaces(start, runEnd, end)
    }

    /// `\s+(?!\S)|\s+` for a run of spaces.
    @inline(__always)
    private func trailingSpaces(_ start: Int, _ runEnd: Int, _ end: Int) -> Int {
        if runEnd == end { return runEnd }
        let last = before(runEnd)
        return last > start ? last : runEnd
    }

    private func gpt2(_ start: Int, _ end: Int) -> Int {
        let contracted = contraction(start, end, ignoringCase: false)
        if contracted > start { return contracted }
        let (first, afterFirst) = character(start)
        var (kind, place) = (first, afterFirst)
        if bytes[start] == 0x20, afterFirst < end { (kind, place) = character(afterFirst) }
        if kind.contains(.letter) { return run(place, end, of: .letter) }
        if kind.contains(.number) { return run(place, end, of: .number) }
        if !kind.contains(.space) { return run(place, end, without: .letterNumberOrSpace) }
        return trailingSpaces(start, run(start, end, of: .space), end)
    }

    private func gpt4(_ start: Int, _ end: Int, digits: Int) -> Int {
        let contracted = contraction(start, end, ignoringCase: true)
        if contracted > start { return contracted }
        let (first, afterFirst) = character(start)
        if first.contains(.letter) { return run(afterFirst, end, of: .letter) }
        if first.contains(.number) {
            var place = afterFirst
            var count = 1
            while count < digits, place < end {
                let (found, next) = character(place)
                guard found.contains(.number) else { break }
                place = next
                count += 1
            }
            return place
        }
        let second = afterFirst < end ? character(afterFirst) : ([], next: end)
        if !first.contains(.newline), second.0.contains(.letter) {
            return run(second.next, end, of: .letter)
        }
        if !first.contains(.space) {
            return lineEnds(run(afterFirst, end, without: .letterNumberOrSpace), end)
        }
        if bytes[start] == 0x20, afterFirst < end, second.0.isDisjoint(with: .letterNumberOrSpace) {
            return lineEnds(run(second.next, end, without: .letterNumberOrSpace), end)
        }
        return spaces(start, end)
    }

    private func isolated(_ start: Int, _ end: Int, _ wanted: CharacterClass, atMost limit: Int) -> Int {
        var place = start
        var count = 0
        while place < end, count < limit {
            let (found, next) = character(place)
            guard found.contains(wanted) else { break }
            place = next
            count += 1
        }
        return count > 0 ? place : run(start, end, without: wanted)
    }

    private func deepSeek(_ start: Int, _ end: Int) -> Int {
        let matched = deepSeekMatch(start, end)
        guard matched == start else { return matched }
        // What no alternative matches goes together up to the next match.
        var place = character(start).next
        while place < end, deepSeekMatch(place, end) == place { place = character(place).next }
        return place
    }

    /// `start` where nothing matches.
    private func deepSeekMatch(_ start: Int, _ end: Int) -> Int {
        let (first, afterFirst) = character(start)
        if bytes[start] < 0x80, first.contains(.symbol), afterFirst < end, isASCIILetter(bytes[afterFirst]) {
            var place = afterFirst
            while place < end, isASCIILetter(bytes[place]) { place += 1 }
            return place
        }
        let word: CharacterClass = [.letter, .mark]
        let second = afterFirst < end ? character(afterFirst) : ([], next: end)
        if first.isDisjoint(with: [.newline, .letter, .symbol]), !second.0.isDisjoint(with: word) {
            return run(second.next, end, of: word)
        }
        if !first.isDisjoint(with: word) { return run(afterFirst, end, of: word) }
        if first.contains(.symbol) { return lineEnds(run(afterFirst, end, of: .symbol), end) }
        if bytes[start] == 0x20, second.0.contains(.symbol) {
            return lineEnds(run(second.next, end, of: .symbol), end)
        }
        return first.contains(.space) ? spaces(start, end) : start
    }

    @inline(__always)
    private func isASCIILetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }
}
