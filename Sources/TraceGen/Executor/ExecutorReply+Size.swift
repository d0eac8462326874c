import Trajectories

extension ExecutorReply {
    /// The part that is larger than an honest worker would have made it, by its name; `nil` when all are in bounds.
    ///
    /// - Parameters:
    ///   - request: what was asked; names and statements come from its code.
    ///   - limits: what blocks may print.
    func oversizedPart(asAnswerTo request: ExecutorRequest, _ limits: ExecutorLimits) -> String? {
        switch self {
        case .ready, .bound, .exhausted: nil
        case .variables(let variables): variables.oversizedPart(asAnswerTo: request)
        case .action(let action): action.utf8.count <= PrimitiveAction.byteLimit ? nil : "action"
        case .outcome(let outcome, let gone):
            gone.reduce(gone.count, { $0 + $1.utf8.count }) <= ShownSize.gone
                ? outcome.oversizedPart(asAnswerTo: request, limits) : "names that are gone"
        }
    }
}

/// What the worker cuts its texts to, in Unicode scalars, marks of cutting included (executor_worker.py,
/// executor_values.py, executor_syntax.py).
private enum ShownSize {
    static let value = 8_100
    static let values = 200_000
    static let mark = 100
    static let type = 1_000
    static let traceback = 2_100
    /// Names a statement made other than by assigning them: how many there may be, and how long in bytes each.
    static let otherNames = (count: 1_000, byteCount: 800)
    /// Names that are gone, all of them together, in bytes.
    static let gone = 8 << 20
    /// How much longer code may get when it is written anew: `\U000e0001` for one character, names in normal form.
    static let growth = 12
}

extension StatementOutcome {
    fileprivate func oversizedPart(asAnswerTo request: ExecutorRequest, _ limits: ExecutorLimits) -> String? {
        switch self {
        case .placeholder(let call): call.oversizedPart(asAnswerTo: request)
        case .completed(let result), .stopped(let result): result.oversizedPart(asAnswerTo: request, limits)
        case .raised(let result, let traceback), .limited(let result, let traceback):
            traceback.isAtMost(ShownSize.traceback)
                ? result.oversizedPart(asAnswerTo: request, limits) : "traceback"
        }
    }
}

extension StatementResult {
    fileprivate func oversizedPart(asAnswerTo request: ExecutorRequest, _ limits: ExecutorLimits) -> String? {
        // The cut text and its mark; a line's end was printed too.
        guard printed.reduce(0, { $0 + $1.utf8.count + 1 }) <= limits.outputByteCount + ShownSize.mark else {
            return "printed text"
        }
        let others = ShownSize.otherNames
        let room = request.codeByteCount * ShownSize.growth + others.count * others.byteCount
        guard assigned.reduce(0, { $0 + $1.utf8.count }) <= room,
            assigned.count <= request.codeByteCount + others.count
        else { return "names it assigned" }
        return nil
    }
}

extension PlaceholderCall {
    fileprivate func oversizedPart(asAnswerTo request: ExecutorRequest) -> String? {
        guard request.holds([name], timesLarger: ShownSize.growth) else { return "name" }
        guard request.holds([signature], timesLarger: ShownSize.growth) else { return "signature" }
        guard request.holds(inputs, timesLarger: ShownSize.growth) else { return "inputs" }
        guard request.holds(outputs, timesLarger: ShownSize.growth) else { return "outputs" }
        guard variables.count <= inputs.count else { return "variables" }
        return variables.oversizedPart(asAnswerTo: request)
    }
}

extension [Variable] {
    fileprivate func oversizedPart(asAnswerTo request: ExecutorRequest) -> String? {
        guard request.holds(map(\.name), timesLarger: ShownSize.growth) else { return "names of variables" }
        guard allSatisfy({ $0.type.isAtMost(ShownSize.type) }) else { return "type of a variable" }
        guard allSatisfy({ $0.value.isAtMost(ShownSize.value) }),
            reduce(0, { $0 + $1.value.unicodeScalars.count }) <= ShownSize.values + count * ShownSize.mark
        else { return "value of a variable" }
        return nil
    }
}

extension ExecutorRequest {
    /// The size of the code or the names that were sent.
    fileprivate var codeByteCount: Int {
        switch self {
        case .execute(let code, _, _): code.utf8.count
        case .variables(let names): names.reduce(0) { $0 + $1.utf8.count }
        case .start, .bind, .observation, .stop: 0
        }
    }

    /// Whether texts, no more of them than the code has characters, could come from the code.
    fileprivate func holds(_ texts: [String], timesLarger factor: Int) -> Bool {
        texts.count <= codeByteCount
            && texts.reduce(0) { $0 + $1.utf8.count } <= codeByteCount * factor + ShownSize.mark
    }
}

extension String {
    /// Whether it has no more than so many Unicode scalars.
    fileprivate func isAtMost(_ scalarCount: Int) -> Bool { unicodeScalars.count <= scalarCount }
}
