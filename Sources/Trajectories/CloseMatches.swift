/// Finds what somebody may have meant by a name that is none.
public enum CloseMatches {
    /// The names that look like `word`, closest first: at most a third of the word differs, or one holds the other.
    /// Of equally close names, the earlier first; of a word of fewer than three letters, none that only holds it.
    ///
    /// - Complexity: O(*n* · *w* · *m*) for *n* names of length *m* and a word of length *w*.
    public static func of(_ word: String, among names: [String], limit: Int = 3) -> [String] {
        let word = word.lowercased()
        let ranked = names.enumerated().compactMap { position, name -> (distance: Int, position: Int)? in
            let name = name.lowercased()
            let distance = distance(word, name)
            let isHeld = min(word.count, name.count) >= 3 && (name.contains(word) || word.contains(name))
            return distance <= max(1, word.count / 3) || isHeld ? (distance, position) : nil
        }
        return ranked.sorted { $0 < $1 }.prefix(limit).map { names[$0.position] }
    }

    /// The name closest to `word`, or `nil` where none is close enough to be meant.
    public static func nearest(to word: String, among names: [String]) -> String? {
        of(word, among: names, limit: 1).first
    }

    /// How many characters must be inserted, removed, replaced or swapped with their neighbour to make one word the
    /// other (optimal string alignment).
    static func distance(_ one: String, _ other: String) -> Int {
        let left = Array(one)
        let right = Array(other)
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for i in left.indices {
            var row = [i + 1]
            for j in right.indices {
                let replaced = last[j] + (left[i] == right[j] ? 0 : 1)
                var best = min(replaced, last[j + 1] + 1, row[j] + 1)
                if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
                    best = min(best, beforeLast[j - 1] + 1)
                }
                row.append(best)
            }
            beforeLast = last
            last = row
        }
        return last[right.count]
    }
}
