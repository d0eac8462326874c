/// Finds the name a misspelt word was meant to be.
enum NearestName {
    /// The name nearest to `word`, or `nil` where none is near enough to be meant: at most a third of the word may
    /// differ. Of equally near names, the first.
    ///
    /// - Complexity: O(*n* · *m*²) for *n* names of about *m* characters.
    static func find(_ word: String, among names: [String]) -> String? {
        let limit = max(1, word.count / 3)
        let ranked = names.map { (name: $0, distance: distance(word.lowercased(), $0.lowercased())) }
        guard let best = ranked.min(by: { $0.distance < $1.distance }), best.distance <= limit else {
            return nil
        }
        return best.name
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
