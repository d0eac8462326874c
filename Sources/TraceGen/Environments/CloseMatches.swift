/// Finds what somebody may have meant.
enum CloseMatches {
    /// The names that look like `word`, closest first: one holds the other, or few letters differ.
    ///
    /// - Complexity: O(*n* · *w* · *m*) for *n* names of length *m* and a word of length *w*.
    static func of(_ word: String, among names: [String], limit: Int = 3) -> [String] {
        let word = word.lowercased()
        let ranked = names.enumerated().compactMap { position, name -> (distance: Int, position: Int)? in
            let distance = editDistance(Array(word.utf8), Array(name.lowercased().utf8))
            let related =
                distance <= max(2, word.utf8.count / 3) || name.contains(word) || word.contains(name)
            return related && !word.isEmpty ? (distance, position) : nil
        }
        return ranked.sorted { $0 < $1 }.prefix(limit).map { names[$0.position] }
    }

    /// Levenshtein distance, one row at a time.
    private static func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var row = Array(0...right.count)
        for (i, leftByte) in left.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, rightByte) in right.enumerated() {
                let substituted = diagonal + (leftByte == rightByte ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(substituted, row[j] + 1, diagonal + 1)
            }
        }
        return row[right.count]
    }
}
