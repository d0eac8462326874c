#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Finds any of many byte strings in one pass (Aho and Corasick, Communications of the ACM 18(6), 1975).
///
/// A table has a row for each state, which is what the bytes read last may begin, and a column for each byte
/// that is in any of the strings. Whatever the text, each of its bytes is one look into the table.
struct TokenAutomaton: Sendable {
    /// Where a search is: what the last bytes may begin. It goes on in the next text.
    struct State {
        fileprivate var row: Int32 = 0
    }

    /// The column of each byte; column 0 is that of bytes in none of the strings.
    private var columns = [Int32](repeating: 0, count: 256)
    private var columnCount = 1
    /// The row that follows on each column, times the number of columns.
    private var next: [Int32]
    /// The string that ends in each row; -1 for none.
    private var ending: [Int32] = [-1]
    /// The row of the longest proper suffix in which a string ends; 0 for none.
    private var shorter: [Int32] = [0]
    /// Whether anything ends in a row, or in a suffix of it.
    private var accepts: [Bool] = [false]
    /// The bytes that strings begin with.
    private let firstBytes: [UInt8]

    /// Takes the strings; empty ones are never found.
    /// - Complexity: O(*n*) in their bytes, times the number of different bytes.
    init(_ strings: [[UInt8]]) {
        firstBytes = Set(strings.compactMap(\.first)).sorted()
        for byte in strings.joined() where columns[Int(byte)] == 0 {
            columns[Int(byte)] = Int32(columnCount)
            columnCount += 1
        }
        next = [Int32](repeating: 0, count: columnCount)
        for (number, string) in strings.enumerated() where !string.isEmpty { add(string, Int32(number)) }
        link()
    }

    private mutating func add(_ string: [UInt8], _ number: Int32) {
        var row = 0
        for byte in string {
            let cell = row * columnCount + Int(columns[Int(byte)])
            if next[cell] == 0 {
                next[cell] = Int32(ending.count)
                next += [Int32](repeating: 0, count: columnCount)
                ending.append(-1)
                shorter.append(0)
                accepts.append(false)
            }
            row = Int(next[cell])
        }
        ending[row] = number
        accepts[row] = true
    }

    /// Gives every row the steps of its longest suffix where it has none of its own, the shortest rows first.
    private mutating func link() {
        var suffixes = [Int](repeating: 0, count: ending.count)
        var queue = [0]
        var place = 0
        while place < queue.count {
            let row = queue[place]
            place += 1
            for column in 1..<max(columnCount, 1) {
                let cell = row * columnCount + column
                let inherited = row == 0 ? 0 : next[suffixes[row] * columnCount + column]
                guard next[cell] != 0 else {
                    next[cell] = inherited
                    continue
                }
                let child = Int(next[cell])
                let suffix = Int(inherited)
                suffixes[child] = suffix
                shorter[child] = ending[suffix] >= 0 ? Int32(suffix) : shorter[suffix]
                if accepts[suffix] { accepts[child] = true }
                queue.append(child)
            }
        }
        for cell in next.indices { next[cell] *= Int32(columnCount) }
    }

    /// Reads bytes on from a state.
    ///
    /// Nearly all bytes begin no string. Where none has begun, the next one that does is looked for by the C
    /// library, which reads many at a time; each of the bytes is read once for each of the few bytes that
    /// strings begin with.
    /// - Parameter found: is given every string that ends here, by its number, and how many of the bytes are read
    ///   then.
    /// - Complexity: O(*n*) in bytes and in what is found.
    func read(
        _ bytes: UnsafeBufferPointer<UInt8>, from state: inout State,
        _ found: (_ string: Int, _ end: Int) -> Void
    ) {
        var row = state.row
        let width = Int32(columnCount)
        var starts = StartFinder(firstBytes, in: bytes)
        columns.withUnsafeBufferPointer { columns in
            next.withUnsafeBufferPointer { next in
                accepts.withUnsafeBufferPointer { accepts in
                    var place = 0
                    while true {
                        if row == 0 { place = starts.next(from: place) }
                        guard place < bytes.count else { break }
                        row = next[Int(row &+ columns[Int(bytes[place])])]
                        place &+= 1
                        if row != 0, accepts[Int(row / width)] { report(Int(row / width), place, found) }
                    }
                }
            }
        }
        state.row = row
    }

    private func report(_ row: Int, _ end: Int, _ found: (_ string: Int, _ end: Int) -> Void) {
        if ending[row] >= 0 { found(Int(ending[row]), end) }
        var suffix = Int(shorter[row])
        while suffix != 0 {
            found(Int(ending[suffix]), end)
            suffix = Int(shorter[suffix])
        }
    }
}

/// Finds the next of some bytes.
private struct StartFinder {
    private let bytes: UnsafeBufferPointer<UInt8>
    /// Each byte, and where it is next; no place where it does not come any more.
    private var places: [(byte: UInt8, next: Int)]

    init(_ wanted: [UInt8], in bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
        places = wanted.map { ($0, -1) }
    }

    /// The first place from `start` on with one of them; the number of bytes where there is none.
    /// - Parameter start: no less than before.
    mutating func next(from start: Int) -> Int {
        guard let base = bytes.baseAddress, start < bytes.count else { return bytes.count }
        var first = bytes.count
        for index in places.indices {
            if places[index].next < start {
                let found = memchr(base + start, Int32(places[index].byte), bytes.count - start)
                places[index].next = found.map { UnsafeRawPointer(base).distance(to: $0) } ?? bytes.count
            }
            first = min(first, places[index].next)
        }
        return first
    }
}
