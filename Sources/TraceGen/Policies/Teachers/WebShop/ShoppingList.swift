/// What an instruction asks for, read from its words alone.
struct ShoppingList: Sendable, Hashable {
    /// The kind of product: `ground coffee`. Where nothing parts it from an attribute it may begin with a word of that.
    var kind: String
    /// Attributes, each a few words: `single origin`.
    var wants: [String]
    /// Options with what else is said of them: `spicy chili flavor`, `color: black`. Which words name the group and
    /// which the value is known when a page shows its buttons.
    var options: [String]
    /// Dollars.
    var priceLimit: Double?
    /// The instruction as it was read, to search for where it names neither kind nor attributes.
    private var ownWords = ""

    /// Reads an instruction.
    /// - Complexity: linear in its length.
    init(instruction: String) {
        var words = instruction.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
        ownWords = words
        (priceLimit, words) = Self.takePriceLimit(words)
        words = Self.withoutOpening(words.replacing(". it should be ", with: " that is "))
        (options, words) = Self.takeOptions(words)
        (kind, wants) = Self.kindAndWants(words)
        if kind.isEmpty && wants.isEmpty { kind = words }
    }

    /// Makes a list of its parts.
    init(kind: String, wants: [String], options: [String], priceLimit: Double?) {
        (self.kind, self.wants, self.options, self.priceLimit) = (kind, wants, options, priceLimit)
    }

    /// What to search for first: attributes and kind. Never empty, because a search needs words: without
    /// these the options, or the instruction's own words, or one that fits any product.
    var query: String {
        let searches = [wants + [kind], options, [ownWords]].map { words in
            words.filter { !$0.isEmpty }.joined(separator: " ")
        }
        return searches.first { !$0.isEmpty } ?? "product"
    }

    /// What thoughts call the product.
    var name: String { kind.isEmpty ? "a product" : kind }
    /// What titles are compared with.
    var aim: String { kind.isEmpty ? "what is asked for" : kind }

    /// What thoughts call ``query``.
    var queryName: String {
        switch (kind.isEmpty, wants.isEmpty) {
        case (false, false): "the kind and its attributes"
        case (false, true): "the kind"
        case (true, false): "the attributes"
        case (true, true): "“\(query)”"
        }
    }

    /// Why a shopper cannot go on whose searches have all found nothing.
    static func nothingFound(by searches: [String]) -> PolicyFailure {
        PolicyFailure(
            "WebShop's teacher found no product: searches for \(ShopWording.quoted(searches)) came back "
                + "empty, and it knows no other words to try; leave this goal out, or name a catalogue that "
                + "has such a product.")
    }

    /// What to search for where `tried` found nothing: fewer words, then others. Four at most.
    func queries(after tried: String) -> [String] {
        let words = kind.split(separator: " ").map(String.init)
        let shorter = [kind, words.suffix(2).joined(separator: " "), words.last ?? ""] + wants + words
        var queries: [String] = []
        for query in shorter where !query.isEmpty && query != tried && !queries.contains(query) {
            queries.append(query)
        }
        return Array(queries.prefix(4))
    }

    /// The words of the kind as titles have them: no plural, nobody's.
    var kindWords: [String] { Self.stems(of: [kind]) }
    /// The words of the attributes.
    var wantWords: [String] { Self.stems(of: wants) }

    private static func stems(of phrases: [String]) -> [String] {
        var stems: [String] = []
        for word in phrases.flatMap({ $0.split(separator: " ") }) where !isPossessive(word) {
            let isPlural = word.count > 3 && word.hasSuffix("s") && !word.hasSuffix("ss")
            let stem = String(isPlural ? word.dropLast() : word)
            if !stems.contains(stem) { stems.append(stem) }
        }
        return stems
    }

    fileprivate static func isPossessive(_ word: Substring) -> Bool {
        word.hasSuffix("'s") || word.hasSuffix("s'")
    }
}

// MARK: - Reading

extension ShoppingList {
    private static let openings = [
        "i am looking to buy", "i am looking for", "i'm looking for", "i am searching for",
        "i am interested in",
        "i would like to buy", "i would like", "i'd like to buy", "i'd like", "i want to buy", "i want",
        "i need to buy",
        "i need", "can you find me", "can you find", "could you find", "help me find", "please find me",
        "please find",
        "find me", "find", "get me", "buy me", "show me", "looking for",
    ]
    private static let articles = ["a", "an", "the", "some", "me", "one"]
    /// Words that say nothing of a product where they begin or end a phrase.
    private static let fillers: Set<Substring> = [
        "", "a", "an", "and", "are", "be", "but", "cost", "costs", "for", "has", "have", "is", "it", "its",
        "of",
        "price", "priced", "should", "that", "the", "to", "which", "with",
    ]
    private static let clauses = [
        " that is ", " which is ", " that are ", " which are ", " that has ", " which has ", " that have ",
        " with ",
    ]
    /// Words that end an attribute.
    private static let endings: Set<Substring> = ["free", "friendly", "proof", "resistant"]

    /// The highest price, and the words without its phrase.
    private static func takePriceLimit(_ words: String) -> (Double?, String) {
        let phrase =
            /(?:lower than|less than|cheaper than|under|below) (?:\$(\d+(?:\.\d+)?)(?: dollars)?|(\d+(?:\.\d+)?) dollars)/
        guard let found = words.firstMatch(of: phrase), let amount = found.1 ?? found.2 else {
            return (nil, words)
        }
        let before = trimmed(words[..<found.range.lowerBound])
        let after = trimmed(words[found.range.upperBound...])
        // More digits than a double holds are no limit.
        let limit = Double(amount).flatMap { $0.isFinite ? $0 : nil }
        return (limit, [before, after].filter { !$0.isEmpty }.joined(separator: ", "))
    }

    private static func withoutOpening(_ words: String) -> String {
        var rest = words[...]
        if let opening = openings.first(where: { rest.hasPrefix($0 + " ") }) {
            rest = rest.dropFirst(opening.count + 1)
        }
        while let article = articles.first(where: { rest.hasPrefix($0 + " ") }) {
            rest = rest.dropFirst(article.count + 1)
        }
        return String(rest)
    }

    /// Options behind `, in …` or `with NAME: VALUE`, and the words before them.
    private static func takeOptions(_ words: String) -> ([String], String) {
        if let start = words.firstRange(of: ", in ") {
            return (
                parts(of: words[start.upperBound...], at: #/, (?:and )?in /#),
                String(words[..<start.lowerBound])
            )
        }
        guard let start = words.firstMatch(of: #/ with (?=[^:,]+: )/#)?.range else { return ([], words) }
        return (parts(of: words[start.upperBound...], at: #/, and /#), String(words[..<start.lowerBound]))
    }

    private static func kindAndWants(_ words: String) -> (kind: String, wants: [String]) {
        let starts = clauses.compactMap { words.firstRange(of: $0) }
        guard let clause = starts.min(by: { $0.lowerBound < $1.lowerBound }) else { return lastIsKind(words) }
        return (
            trimmed(words[..<clause.lowerBound]).replacing(",", with: ""), listed(words[clause.upperBound...])
        )
    }

    /// `single origin, low acid and fair trade ground coffee`: the kind comes last, behind an attribute of its own.
    private static func lastIsKind(_ words: String) -> (kind: String, wants: [String]) {
        var wants = listed(words[...])
        guard let last = wants.popLast() else { return ("", []) }
        let parts = last.split(separator: " ")
        let start =
            parts.firstIndex(where: isPossessive)
            ?? parts.dropLast().lastIndex(where: endings.contains).map { $0 + 1 }
            ?? (parts.count > 2 ? 2 : 0)
        if start > 0 { wants.append(parts[..<start].joined(separator: " ")) }
        return (parts[start...].joined(separator: " "), wants)
    }

    private static func listed(_ words: Substring) -> [String] { parts(of: words, at: #/, and |, | and /#) }

    private static func parts(of words: Substring, at separator: some RegexComponent) -> [String] {
        words.split(separator: separator).map { trimmed($0).replacing(",", with: "") }.filter { !$0.isEmpty }
    }

    /// A phrase without the words and marks at its ends that say nothing.
    private static func trimmed(_ phrase: Substring) -> String {
        var words = phrase.split(separator: " ")[...]
        while let first = words.first, fillers.contains(plain(first)) { words.removeFirst() }
        while let last = words.last, fillers.contains(plain(last)) { words.removeLast() }
        guard let last = words.popLast() else { return "" }
        return (words + [plain(last)]).joined(separator: " ")
    }

    /// A word without the marks behind it.
    private static func plain(_ word: Substring) -> Substring {
        var word = word
        while let last = word.last, ",.;!?".contains(last) { word.removeLast() }
        return word
    }
}
