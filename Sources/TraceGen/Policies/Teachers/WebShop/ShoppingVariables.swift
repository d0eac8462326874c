import Trajectories

/// The variables of a request, by what they mean to a shopper.
struct ShoppingVariables: Sendable {
    private let request: ExpansionRequest

    init(_ request: ExpansionRequest) {
        self.request = request
    }

    /// Whether an earlier answer did not stand, so that nothing is known of where the shop was left.
    var isCorrection: Bool { request.correction != nil }

    /// A variable's value as shown.
    /// - Throws: where the call does not take it in.
    func text(_ name: String) throws(PolicyFailure) -> String {
        guard let variable = request.variables.first(where: { $0.name == name }) else {
            throw PolicyFailure(
                "WebShop's teacher needs \(name), which \(request.signature) does not take in.")
        }
        return variable.value
    }

    /// What is asked for: as the variables say where they do, else as the instruction does.
    func list() throws(PolicyFailure) -> ShoppingList {
        var list = ShoppingList(instruction: try text("instruction"))
        if has("kind") { list.kind = try text("kind") }
        if has("wants") { list.wants = try texts("wants") }
        if has("options") { list.options = try texts("options") }
        if has("price_limit") { list.priceLimit = try value("price_limit").number }
        return list
    }

    /// The candidates, best first.
    func candidates() throws(PolicyFailure) -> [ResultsPage.Row] {
        let prices = try pairs("prices")
        return try pairs("candidates").map { id, title in
            let price = prices.first { $0.key == id }?.value.number
            return ResultsPage.Row(
                id: id, title: title.text ?? "", priceTag: price.map(ShopWording.dollars) ?? "")
        }
    }

    /// What was found out so far.
    func lookedAt(_ name: String) throws(PolicyFailure) -> [LookedAt] {
        try pairs(name).map { LookedAt(id: $0, lacks: $1.texts ?? []) }
    }

    private func has(_ name: String) -> Bool { request.variables.contains { $0.name == name } }

    private func texts(_ name: String) throws(PolicyFailure) -> [String] {
        guard let texts = try value(name).texts else { throw unreadable(name) }
        return texts
    }

    private func pairs(_ name: String) throws(PolicyFailure) -> [(key: String, value: PythonValue)] {
        guard let pairs = try value(name).pairs else { throw unreadable(name) }
        return pairs
    }

    private func value(_ name: String) throws(PolicyFailure) -> PythonValue {
        guard let value = PythonValue(try text(name)) else { throw unreadable(name) }
        return value
    }

    private func unreadable(_ name: String) -> PolicyFailure {
        PolicyFailure(
            "WebShop's teacher cannot read \(name) of \(request.signature): it is not what its programs make."
        )
    }
}
