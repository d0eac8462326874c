/// What the host knows of a statement by its own reading, before it runs: facts of its text alone (code_reader.py).
struct StatementFacts: Decodable, Sendable, Hashable {
    /// Its source text.
    var text: String
    /// Whether it is Python at all; what is not can only raise.
    var isPython: Bool
    /// Names it may bind, in the order they appear.
    var stored: [String]
    /// Whether it may, now or later, make variables that are not among ``stored``: it runs text, defines functions, or
    /// reaches for the interpreter.
    var makesOtherNames: Bool
    /// What is shown of it where nobody has defined the function it calls; `nil` where it has not the shape of a placeholder.
    var placeholder: PlaceholderFacts?

    enum CodingKeys: String, CodingKey {
        case text, stored, placeholder
        case isPython = "is_python"
        case makesOtherNames = "makes_other_names"
    }
}

/// A placeholder's call, taken apart by the host.
struct PlaceholderFacts: Decodable, Sendable, Hashable {
    /// The function's name.
    var name: String
    /// The call text, normalised.
    var signature: String
    /// Names it takes in, in the order they appear.
    var inputs: [String]
    /// Names it declares on its left-hand side.
    var outputs: [String]
    /// Those of the inputs that it binds itself: keywords with literals.
    var literals: [String]
}
