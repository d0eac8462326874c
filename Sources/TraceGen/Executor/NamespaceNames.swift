import Trajectories

/// The names of an episode's namespace as the host knows them: those it bound, and those that statements were said to have
/// assigned, which it could believe.
struct NamespaceNames: Sendable, Hashable {
    /// So many are remembered; no honest episode has a hundredth of them.
    private static let limit = 10_000

    private var names: Set<String> = ["run", "re"]
    /// Whether an earlier statement may go on making names: a function of its own, say.
    private(set) var mayAppear = false

    /// In an order of their own.
    var sorted: [String] { names.sorted() }
    /// Whether some may have been left out.
    var isFull: Bool { names.count >= Self.limit }

    func contains(_ name: String) -> Bool { names.contains(name) }

    mutating func add(_ new: [String]) {
        for name in new where !isFull { names.insert(name) }
    }

    /// Takes what a statement left behind, which was judged before.
    mutating func take(_ outcome: StatementOutcome, of facts: StatementFacts?, gone: [String]) {
        switch outcome {
        case .placeholder: add(facts?.placeholder?.literals ?? [])
        case .completed(let result), .raised(let result, _), .limited(let result, _), .stopped(let result):
            mayAppear = mayAppear || facts?.makesOtherNames ?? true
            add(result.assigned)
            names.subtract(gone)
            names.formUnion(["run", "re"])
        }
    }
}
