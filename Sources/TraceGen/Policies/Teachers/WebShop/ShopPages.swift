/// A page of results as it is shown.
struct ResultsPage: Sendable, Hashable {
    /// A product of the page.
    struct Row: Sendable, Hashable {
        /// Its id, which is its button.
        var id: String
        var title: String
        /// As shown: `$12.5`, or `$10.0 to $20.0`.
        var priceTag: String

        /// What it costs at most, in dollars.
        var price: Double { ResultsPage.price(of: priceTag) }
    }

    /// From 1.
    var number: Int
    /// How many products the search found, on all pages.
    var total: Int
    var hasNext: Bool
    var rows: [Row]

    /// Reads a page; `nil` where the text is another one.
    init?(_ text: String) {
        guard let head = text.firstMatch(of: /Page (\d+) \(Total results: (\d+)\)/),
            let number = Int(head.1), let total = Int(head.2)
        else { return nil }
        (self.number, self.total) = (number, total)
        hasNext = text.contains("[button] Next > [button_]")
        rows = text.matches(of: /\] ([A-Z0-9]{10}) \[.*\]\n(.+)\n(\$.+)/).map {
            Row(id: String($0.1), title: String($0.2), priceTag: String($0.3))
        }
    }

    /// The higher price of a tag, which is the safe one; infinite where there is none.
    static func price(of tag: String) -> Double {
        let last = tag.split(separator: "$").last.map { $0.filter { $0 != "," && $0 != " " } }
        return last.flatMap(Double.init) ?? .infinity
    }
}

/// A product's page as it is shown.
struct ProductPage: Sendable, Hashable {
    /// Options of which one can be chosen.
    struct Group: Sendable, Hashable {
        var name: String
        var values: [String]
    }

    var title: String
    /// As shown: `$12.5`.
    var priceTag: String
    var groups: [Group]

    /// Reads a page; `nil` where the text is another one, or was cut before its price.
    init?(_ text: String) {
        let lines = text.split(separator: "\n").map(String.init)
        guard let priceLine = lines.lastIndex(where: { $0.hasPrefix("Price: ") }), priceLine > 0,
            let start = lines.firstIndex(of: "[button] < Prev [button_]"), start < priceLine - 1
        else { return nil }
        title = lines[priceLine - 1]
        priceTag = String(lines[priceLine].dropFirst("Price: ".count))
        groups = []
        for line in lines[(start + 1)..<(priceLine - 1)] {
            if let value = Self.button(line) {
                if groups.isEmpty { groups.append(Group(name: "", values: [])) }
                groups[groups.count - 1].values.append(value)
            } else {
                groups.append(Group(name: line, values: []))
            }
        }
    }

    /// The label of a button, pressed or not.
    private static func button(_ line: String) -> String? {
        line.wholeMatch(of: /\[(?:clicked )?button\] (.+) \[(?:clicked )?button_\]/).map { String($0.1) }
    }

    /// For each group the value that a list asks for, where it has one.
    func choices(for list: ShoppingList, instruction: String) -> [Group] {
        let asked = list.options.isEmpty ? [Self.plain(instruction)] : list.options
        return groups.compactMap { group in
            let fitting = group.values.filter { value in asked.contains { Self.names($0, value) } }
            // The longest says most: `travel bottle` before `bottle`.
            guard let best = fitting.max(by: { $0.count < $1.count }) else { return nil }
            return Group(name: group.name, values: [best])
        }
    }

    /// The options of a list that no button of the page is for.
    func missing(of options: [String]) -> [String] {
        let values = groups.flatMap(\.values)
        return options.filter { option in !values.contains { Self.names(option, $0) } }
    }

    /// Whether a phrase has all words of a value one after the other.
    static func names(_ phrase: String, _ value: String) -> Bool {
        " \(phrase) ".contains(" \(value.lowercased()) ")
    }

    /// An instruction without its marks, so that its words stand alone.
    private static func plain(_ instruction: String) -> String {
        instruction.lowercased().split { " ,;!?\n".contains($0) }.joined(separator: " ")
    }
}

/// What a text of the shop says.
enum ShopText {
    /// Whether all words of an attribute stand in a text, which is lowercased.
    static func says(_ text: String, _ want: String) -> Bool {
        want.split(separator: " ").allSatisfy { text.contains($0) }
    }

    /// Lowercased, without the instruction, which stands on every page.
    static func told(_ text: String, instruction: String) -> String {
        text.replacing(instruction, with: "").lowercased()
    }
}
