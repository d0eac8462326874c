import Trajectories

/// The most characters that are shown of a variable's value; of a longer one the middle is left out, and a mark says so where
/// it was.
public struct ValueLimit {
    /// How the mark ends, whatever the number in it.
    public static let markEnding = " characters left out] …"

    /// How many characters of a longer value stay.
    var characterCount: Int

    /// A variable with its value cut, unless that would not make it shorter.
    /// - Complexity: O(*n*) in the length of the value.
    func applied(to variable: Variable) -> Variable {
        let length = variable.value.count
        let mark = "… [\(length - characterCount)\(Self.markEnding)"
        guard length > characterCount + mark.count else { return variable }
        var cut = variable
        cut.value =
            "\(variable.value.prefix((characterCount + 1) / 2))\(mark)\(variable.value.suffix(characterCount / 2))"
        return cut
    }
}

extension PairBuilder {
    /// A pair whose variables show less of their values, as much as fits.
    ///
    /// All values have the same limit, so the longest lose first and most; short ones stay whole. The call, the names and types
    /// of its variables, what follows of the prompt, and the answers stay as they are.
    ///
    /// - Parameters:
    ///   - pair: a pair of this builder that does not fit.
    ///   - trajectory: what it was made of.
    ///   - fits: whether a pair fits; one that shows less must fit where one that shows more does.
    /// - Returns: the pair with the highest limit that fits; `nil` where none does, or where it has no variables.
    /// - Throws: ``DecomposeError`` (`unknownEnvironment`), and what `fits` throws.
    /// - Complexity: O(log *n*) renderings in the length *n* of the longest value.
    public func truncated(
        _ pair: Pair, of trajectory: Trajectory, fits: (Pair) throws -> Bool
    ) throws -> Pair? {
        guard method == .recode, trajectory.nodes.indices.contains(pair.nodeID),
            let variables = trajectory.nodes[pair.nodeID].expansion?.variables
        else { return nil }
        let signature = trajectory.nodes[pair.nodeID].code.trimmed
        let renderer = try renderer(for: trajectory.environment)
        let whole = renderer.messages(signature: signature, variables: variables)
        func limited(to characterCount: Int) -> Pair {
            let limit = ValueLimit(characterCount: characterCount)
            var limited = pair
            limited.prompt =
                renderer.messages(signature: signature, variables: variables.map(limit.applied))
                + pair.prompt.dropFirst(whole.count)
            return limited
        }
        var fitting = limited(to: 0)
        guard try fits(fitting) else { return nil }
        var (low, high) = (0, variables.map(\.value.count).max() ?? 0)
        while high - low > 1 {
            let middle = (low + high) / 2
            let candidate = limited(to: middle)
            if try fits(candidate) { (low, fitting) = (middle, candidate) } else { high = middle }
        }
        return fitting
    }
}
