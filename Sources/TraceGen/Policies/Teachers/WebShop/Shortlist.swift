/// The results that are worth a closer look, best first: what the search read from one page.
struct Shortlist: Sendable, Hashable {
    var rows: [ResultsPage.Row]
    /// Whether they are within the price limit.
    var isAffordable: Bool

    /// Picks from a page as the programs do: what can be afforded, by the words of titles, of equals the first.
    init(_ page: ResultsPage, for list: ShoppingList) {
        let affordable = page.rows.filter { row in list.priceLimit.map { row.price <= $0 } ?? true }
        isAffordable = !affordable.isEmpty
        let ranked = (isAffordable ? affordable : page.rows).enumerated().map { place, row in
            let title = row.title.lowercased()
            let kind = list.kindWords.count { title.contains($0) }
            return (order: [-kind, -list.wantWords.count { title.contains($0) }, place], row: row)
        }
        let sorted = ranked.sorted { $0.order.lexicographicallyPrecedes($1.order) }
        rows = sorted.prefix(WebShopLesson.candidateLimit).map(\.row)
    }

    /// What one who has read the titles thinks of the first.
    func praise(of list: ShoppingList) -> String {
        guard let first = rows.first else { return "" }
        let said = list.wants.filter { ShopText.says(first.title.lowercased(), $0) }
        let why =
            said.isEmpty ? "its title is nearest to \(list.aim)" : "its title says \(ShopWording.and(said))"
        return "First comes \(first.title) for \(first.priceTag): \(why)."
    }
}

/// What was found out of a product that was looked at.
struct LookedAt: Sendable, Hashable {
    var id: String
    /// Attributes and options that it was not found to have.
    var lacks: [String]

    /// The one that lacks least, of equals the first.
    static func best(of all: [LookedAt]) -> LookedAt? {
        all.min { $0.lacks.count < $1.lacks.count }
    }
}

/// Words of thoughts.
enum ShopWording {
    /// `a`, `a and b`, `a, b and c`.
    static func and(_ parts: [String]) -> String {
        guard let last = parts.last else { return "nothing" }
        return parts.count == 1 ? last : parts.dropLast().joined(separator: ", ") + " and " + last
    }

    /// `“a” and “b”`.
    static func quoted(_ parts: [String]) -> String { and(parts.map { "“\($0)”" }) }

    /// `1 product`, `3 products`.
    static func count(_ number: Int, _ thing: String) -> String {
        "\(number) \(thing)\(number == 1 ? "" : "s")"
    }

    /// From here on doubles have no cents worth the name, and whole cents soon no `Int`.
    private static let endOfCents = 1e13

    /// Dollars as a price is written: `$12.50`; an amount that nobody could pay as Swift writes it: `$1e+20`.
    static func dollars(_ amount: Double) -> String {
        guard amount.isFinite, amount.magnitude < endOfCents else { return "$\(amount)" }
        let cents = Int((amount * 100).rounded())
        return "$\(cents / 100).\(cents % 100 < 10 ? "0" : "")\(cents % 100)"
    }

    /// What is said of a price: `below the limit of $60.00`.
    static func against(_ limit: Double?, _ tag: String) -> String {
        guard let limit else { return "and no limit is set" }
        let within = ResultsPage.price(of: tag) <= limit
        return "\(within ? "within" : "above") the limit of \(dollars(limit))"
    }
}
