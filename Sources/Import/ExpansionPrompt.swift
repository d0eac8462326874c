import Trajectories

/// What an `[LLM_IN]` prompt asks about: a signature and the variables it takes in.
///
/// The prompt ends so:
/// ```
/// The current function to expand is:
/// obj_ID = find(obj)
/// The variables you can use is:
/// - obj (str): a lamp
/// ```
/// Worked examples before the line `(End of Examples)` look just like it and are skipped.
struct ExpansionPrompt: Sendable, Hashable {
    /// The placeholder's own text, without white space at its edges.
    var signature: String
    /// The variables, in their order.
    var variables: [Variable]
    /// Names the signature takes in that the prompt does not show: it was cut, or shows less.
    var missing: [String]
    /// Whether a value holds a line like a variable's first, so that values may be parted wrongly.
    var isAmbiguous: Bool

    private static let signatureLine = "The current function to expand is:"
    private static let variablesLine = "The variables you can use is:"
    private static let endOfExamples = "(End of Examples)"
    private static let noVariables = "(No Variables)"
    /// How the note begins that is put below a prompt that is asked again.
    private static let note = "[Important] Your previous expansion produced"

    /// Reads a prompt; `nil` where its last part is not there.
    init?(_ prompt: String) {
        let lines = TextLines(prompt).lines
        let afterExamples = lines.firstIndex { $0 == Self.endOfExamples }
        let search = lines[(afterExamples.map { $0 + 1 } ?? 0)...]
        // Behind the examples the first line counts: a value may quote it. Without that mark, the last.
        let found =
            afterExamples == nil
            ? search.lastIndex { $0 == Self.signatureLine } : search.firstIndex { $0 == Self.signatureLine }
        guard let start = found,
            let end = search[start...].firstIndex(where: { $0 == Self.variablesLine })
        else { return nil }
        signature = TextLines.joined(search[(start + 1)..<end]).trimmed
        guard !signature.isEmpty else { return nil }
        var shown = Array(search[(end + 1)...])
        if let note = shown.lastIndex(where: { $0.hasPrefix(Self.note) }) { shown = Array(shown[..<note]) }
        while shown.last?.isEmpty == true { shown.removeLast() }
        let call = CallSignature(signature)
        (variables, isAmbiguous) = Self.variables(
            in: shown, named: call.map { Set($0.inputs + $0.possibleInputs) })
        let names = Set(variables.map(\.name))
        // The reference implementation shows no variable at all for a call with keywords only.
        missing =
            variables.isEmpty && shown.first.map { $0 == Self.noVariables } == true
            ? [] : (call?.inputs ?? []).filter { !names.contains($0) }
    }

    /// Takes the lines apart: a variable begins with `- name (type): `, each name once, and only names of the signature
    /// where those are known.
    private static func variables(
        in lines: [Substring], named names: Set<String>?
    ) -> (variables: [Variable], isAmbiguous: Bool) {
        var variables: [Variable] = []
        var values: [[Substring]] = []
        var seen: Set<String> = []
        var isAmbiguous = false
        for line in lines {
            if let head = VariableHead(line), names?.contains(head.name) ?? true {
                if seen.insert(head.name).inserted {
                    variables.append(Variable(name: head.name, type: head.type, value: ""))
                    values.append([head.rest])
                    continue
                }
                isAmbiguous = true
            }
            guard !values.isEmpty else { continue }
            values[values.count - 1].append(line)
        }
        for index in variables.indices { variables[index].value = TextLines.joined(values[index]) }
        return (variables, isAmbiguous)
    }
}

/// The first line of a variable: `- name (type): value`.
private struct VariableHead {
    var name: String
    var type: String
    var rest: Substring

    init?(_ line: Substring) {
        guard line.hasPrefix("- "), let open = line.firstRange(of: " (") else { return nil }
        let name = line[line.index(line.startIndex, offsetBy: 2)..<open.lowerBound]
        guard CallSignature.isName(name), let close = line[open.upperBound...].firstRange(of: "): ") else {
            // A value that begins with an empty line leaves nothing behind the colon but the blank, or not even that.
            guard CallSignature.isName(name), line.hasSuffix("):") else { return nil }
            let type = line[open.upperBound...].dropLast(2)
            guard Self.isType(type) else { return nil }
            (self.name, self.type, rest) = (String(name), String(type), "")
            return
        }
        let type = line[open.upperBound..<close.lowerBound]
        guard Self.isType(type) else { return nil }
        (self.name, self.type, rest) = (String(name), String(type), line[close.upperBound...])
    }

    private static func isType(_ text: Substring) -> Bool {
        guard let first = text.first, first.isLetter || first == "_" else { return false }
        return text.allSatisfy { $0.isLetter || $0.isNumber || "_[], .".contains($0) }
    }
}
