import Trajectories

/// Holds what the sandbox says of one statement against what the host knows by itself: the statement's text, the names there
/// are, the actions that were played.
struct StatementJudge: Sendable {
    /// `nil` where it can only raise.
    private let facts: StatementFacts?
    private let rules: CodeRules
    private let names: NamespaceNames
    private var hasActed = false
    /// Whether an action was answered with the end of the episode.
    var isStopped = false

    /// - Parameters:
    ///   - facts: what was read in the statement; `nil` where it cannot be read.
    ///   - rules: by which it runs.
    ///   - names: those of the namespace before it.
    init(_ facts: StatementFacts?, rules: CodeRules, names: NamespaceNames) {
        self.facts = facts?.isPython == true ? facts : nil
        self.rules = rules
        self.names = names
    }

    /// How a reply does not fit, in words that go on with “it answered”; `nil` where it can be true.
    mutating func problem(with reply: ExecutorReply) -> String? {
        if isStopped {
            guard case .outcome(.stopped(let result), let gone) = reply else {
                return "otherwise than by stopping after the end of the episode"
            }
            return problem(with: result, gone: gone)
        }
        switch reply {
        case .action(let action):
            guard facts != nil else { return "with an action of a statement that is no Python" }
            guard !isPlaceholder else { return "with an action of a placeholder" }
            hasActed = true
            return Self.problem(withAction: action)
        case .outcome(.placeholder(let call), _): return problem(with: call)
        case .outcome(.stopped, _): return "that it was stopped, which nobody had told it to"
        case .outcome(.completed(let result), let gone), .outcome(.limited(let result, _), let gone):
            guard facts != nil else { return "that a statement ran that is no Python" }
            guard !isPlaceholder else { return "that a placeholder ran, whose function nobody has defined" }
            return problem(with: result, gone: gone)
        case .outcome(.raised(let result, _), let gone): return problem(with: result, gone: gone)
        case .exhausted: return nil
        case .ready, .bound, .variables: return "to executing a statement"
        }
    }

    /// Whether the statement can be nothing but a placeholder: its function is no name that there is.
    private var isPlaceholder: Bool {
        guard rules == .expansion, let own = facts?.placeholder else { return false }
        return !names.contains(own.name) && !names.mayAppear && !names.isFull && !own.name.hasPrefix("__")
    }

    private static func problem(withAction action: String) -> String? {
        switch PrimitiveAction.problem(in: action) {
        case nil: nil
        case .blank: "with an action that is blank"
        case .severalLines: "with an action of several lines (\(action.excerpt))"
        case .tooLong: "with more than it may send (action)"
        }
    }

    private func problem(with call: PlaceholderCall) -> String? {
        guard !hasActed else { return "with a placeholder, and its statement had acted" }
        guard rules == .expansion, let own = facts?.placeholder, !names.contains(own.name) else {
            return "with a placeholder, and its statement is none (\(call.signature.excerpt))"
        }
        guard call.name.isIdentical(to: own.name), call.signature.isIdentical(to: own.signature) else {
            return "with a placeholder that is not its statement (\(call.signature.excerpt))"
        }
        guard call.inputs.areIdentical(to: own.inputs), call.outputs.areIdentical(to: own.outputs) else {
            return "with inputs or outputs that its statement does not have"
        }
        return call.variables.problem(asValuesOf: own.inputs)
    }

    private func problem(with result: StatementResult, gone: [String]) -> String? {
        if let line = result.printed.first(where: { $0.utf8.contains(UInt8(ascii: "\n")) }) {
            return "with a line that is several (\(line.excerpt))"
        }
        var left = Dictionary((facts?.stored ?? []).map { ($0, $0) }) { first, _ in first }
        var others: Set<[UInt8]> = []
        let mayMakeOthers = names.mayAppear || facts?.makesOtherNames ?? false
        for name in result.assigned {
            if let stored = left.removeValue(forKey: name), stored.isIdentical(to: name) { continue }
            guard mayMakeOthers, name.isIdentifier, others.insert(Array(name.utf8)).inserted else {
                return "with a name that its statement does not assign (\(name.excerpt))"
            }
        }
        guard Set(gone.map { Array($0.utf8) }).count == gone.count, names.isFull || gone.allSatisfy(isPresent)
        else {
            return "with a name as gone that there was not"
        }
        return nil

        /// Whether there was such a name before, or the statement made it.
        func isPresent(_ name: String) -> Bool { names.contains(name) }
    }
}

extension [Variable] {
    /// How values do not fit the names that were asked for, of which they may leave some out.
    func problem(asValuesOf names: [String]) -> String? {
        var left = names[...]
        for variable in self {
            guard let place = left.firstIndex(where: { $0.isIdentical(to: variable.name) }) else {
                return "with a variable that was not asked for, or not there (\(variable.name.excerpt))"
            }
            left = left[(place + 1)...]
            guard !variable.type.unicodeScalars.contains(where: \.isControl) else {
                return "with a type that is none (\(variable.type.excerpt))"
            }
        }
        return nil
    }
}

extension [String] {
    fileprivate func areIdentical(to others: [String]) -> Bool {
        count == others.count && zip(self, others).allSatisfy { $0.isIdentical(to: $1) }
    }
}

extension Unicode.Scalar {
    /// Whether it moves the cursor, breaks a line or steers what shows it.
    fileprivate var isControl: Bool {
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}

extension String {
    /// Whether Python takes it for a name, a keyword or not.
    fileprivate var isIdentifier: Bool {
        guard let first = unicodeScalars.first, first == "_" || first.properties.isXIDStart else {
            return false
        }
        return unicodeScalars.dropFirst().allSatisfy(\.properties.isXIDContinue) && !hasPrefix("__")
    }

    /// Its beginning in one line, for messages.
    fileprivate var excerpt: String {
        let beginning = unicodeScalars.prefix(80).map { scalar -> Character in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned: "?"
            default: Character(scalar)
            }
        }
        return "“\(String(beginning))\(unicodeScalars.count > 80 ? "…" : "")”"
    }
}
