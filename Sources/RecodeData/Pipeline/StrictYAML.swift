import Trajectories
import Yams

/// A place in a YAML file that knows its line and its key's path, and reads only what is asked of it.
///
/// Strict where YAML is lax: a quoted number is text, `yes` is text, and a key nobody asks for is an error.
struct YAMLPlace {
    /// The file as the user named it.
    let file: String
    /// The key's path, such as `collect[0].slip`; empty at the top.
    let key: String
    private let node: Yams.Node
    /// Whether messages leave out texts, one of which may be a key.
    private let hidesTexts: Bool

    private init(file: String, key: String, node: Yams.Node, hidesTexts: Bool) {
        self.file = file
        self.key = key
        self.node = node
        self.hidesTexts = hidesTexts
    }

    /// A place below or beside this one.
    private func place(_ key: String, _ node: Yams.Node) -> YAMLPlace {
        YAMLPlace(file: file, key: key, node: node, hidesTexts: hidesTexts)
    }

    /// Parses the text of a whole file.
    /// - Throws: ``PipelineFileError`` where the text is no YAML, empty, or repeats a key.
    ///
    /// - Parameters:
    ///   - text: the text.
    ///   - file: the file as the user named it.
    ///   - what: what the file is to hold, and the page that shows one.
    ///   - hidesTexts: whether messages leave out texts that stand in it, one of which may be a key.
    init(
        parsing text: String, file: String,
        as what: (name: String, page: String) = ("a pipeline", "docs/pipeline.md"), hidesTexts: Bool = false
    ) throws {
        do {
            try YAMLBounds.check(text)
            guard let node = try Yams.compose(yaml: text) else {
                throw PipelineFileError(
                    file: file, key: "", found: "nothing", expected: what.name,
                    advice: "\(what.page) shows one.")
            }
            self.init(file: file, key: "", node: node, hidesTexts: hidesTexts)
        } catch let problem as YAMLBounds.Problem {
            throw PipelineFileError(
                file: file, line: problem.line, key: "", found: problem.found, expected: problem.expected,
                advice: problem.advice)
        } catch let error as YamlError {
            throw PipelineFileError(error, file: file)
        }
    }

    /// An error about what stands here.
    ///
    /// - Parameter other: what was found, where that is not the value alone.
    func problem(expected: String, found other: String? = nil, advice: String = "") -> PipelineFileError {
        PipelineFileError(
            file: file, line: node.mark?.line, key: key, found: other ?? found, expected: expected,
            advice: advice)
    }

    /// What stands here, in words short enough for a message.
    private var found: String {
        switch node {
        case .mapping: return "a mapping"
        case .sequence(let sequence): return sequence.isEmpty ? "an empty list" : "a list"
        case .alias: return "an alias"
        case .scalar(let scalar):
            if scalar.style == .plain, ["", "~", "null"].contains(scalar.string) { return "nothing" }
            if hidesTexts, Double(scalar.string) == nil {
                // A mistyped name is shown; what has digits or other characters may be a key.
                let isName = scalar.string.utf8.allSatisfy {
                    (0x61...0x7A).contains($0) || $0 == UInt8(ascii: "_")
                }
                return isName && scalar.string.utf8.count <= 32 ? "'\(scalar.string)'" : "a text"
            }
            let text = scalar.string.split(separator: "\n", omittingEmptySubsequences: false).first ?? ""
            let shown =
                text.count > 60 || text.utf8.count < scalar.string.utf8.count ? text.prefix(60) + "…" : text
            return "'\(shown)'"
        }
    }

    /// The keys of a mapping, each of which must be one of `known`.
    /// - Throws: ``PipelineFileError`` for anything but a mapping, and for the first unknown key.
    func mapping(of known: [String], called what: String) throws -> YAMLMapping {
        let keys = "\(what): a mapping of \(known.joined(separator: ", "))"
        guard case .mapping(let mapping) = node else { throw problem(expected: keys) }
        var values: [String: YAMLPlace] = [:]
        for (keyNode, value) in mapping {
            let place = self.place(key, keyNode)
            guard case .scalar(let scalar) = keyNode, known.contains(scalar.string) else {
                let near = keyNode.scalar.flatMap { CloseMatches.nearest(to: $0.string, among: known) }
                throw PipelineFileError(
                    file: file, line: keyNode.mark?.line, key: key, found: "the key \(place.found)",
                    expected: "one of \(known.joined(separator: ", "))",
                    advice: near.map { "Did you mean '\($0)'?" } ?? "Remove it.")
            }
            let path = key.isEmpty ? scalar.string : "\(key).\(scalar.string)"
            values[scalar.string] = self.place(path, value)
        }
        return YAMLMapping(place: self, values: values)
    }

    /// The members of a mapping whose keys the user chose, in the file's order.
    /// - Throws: ``PipelineFileError`` for anything else, and for a key that is no text.
    func members(called what: String) throws -> [(name: String, place: YAMLPlace)] {
        guard case .mapping(let mapping) = node else { throw problem(expected: what) }
        return try mapping.map { keyNode, value in
            guard case .scalar(let scalar) = keyNode, !scalar.string.isEmpty else {
                throw place(key, keyNode).problem(expected: "a name")
            }
            let path = key.isEmpty ? scalar.string : "\(key).\(scalar.string)"
            return (scalar.string, place(path, value))
        }
    }

    /// Whatever stands here, as JSON: plain `true`, `null` and numbers are what they look like, the rest is text.
    /// - Throws: ``PipelineFileError`` for what JSON cannot say.
    func json() throws -> JSONValue {
        switch node {
        case .mapping:
            let members = try members(called: "a mapping").map { ($0.name, try $0.place.json()) }
            return .object(Dictionary(members, uniquingKeysWith: { first, _ in first }))
        case .sequence(let sequence):
            return .array(
                try sequence.enumerated().map {
                    try place("\(key)[\($0.offset)]", $0.element).json()
                })
        case .alias: throw problem(expected: "a value")
        case .scalar(let scalar):
            guard scalar.style == .plain else { return .string(scalar.string) }
            switch scalar.string {
            case "", "~", "null": return .null
            case "true": return .bool(true)
            case "false": return .bool(false)
            default: break
            }
            if let number = Int(scalar.string) { return .int(number) }
            if let number = Double(scalar.string), number.isFinite { return .double(number) }
            return .string(scalar.string)
        }
    }

    /// Whether nothing stands here: no text, `~` or `null`.
    var isNothing: Bool {
        node.scalar.map { $0.style == .plain && ["", "~", "null"].contains($0.string) } ?? false
    }

    /// The members of a list with at least one.
    /// - Throws: ``PipelineFileError`` for anything else.
    func list(of what: String) throws -> [YAMLPlace] {
        guard case .sequence(let sequence) = node, !sequence.isEmpty else {
            throw problem(
                expected: "a list of \(what)", advice: found == "an empty list" ? "Name at least one." : "")
        }
        return sequence.enumerated().map {
            place("\(key)[\($0.offset)]", $0.element)
        }
    }

    /// The values of a list with at least one, or the one value that stands here.
    /// - Parameter read: reads one.
    /// - Throws: what `read` does; ``PipelineFileError`` for an empty list.
    func oneOrMore<Value>(_ read: (YAMLPlace) throws -> Value) throws -> [Value] {
        guard case .sequence = node else { return [try read(self)] }
        return try list(of: "values, or one").map(read)
    }

    /// The text that stands here.
    /// - Throws: ``PipelineFileError`` for a mapping, a list, or nothing.
    func text(_ expected: String) throws -> String {
        guard case .scalar(let scalar) = node, found != "nothing", !scalar.string.isEmpty else {
            throw problem(expected: expected)
        }
        return scalar.string
    }

    /// Whether exactly the word `word` stands here.
    func isWord(_ word: String) -> Bool {
        node.scalar?.string == word
    }

    /// Whether a mapping stands here.
    var isMapping: Bool {
        if case .mapping = node { true } else { false }
    }

    /// One of a few names.
    /// - Throws: ``PipelineFileError`` with the nearest name for any other.
    func name(oneOf names: [String], called what: String) throws -> String {
        let expected = "\(what): \(names.joined(separator: ", "))"
        let word = try text(expected)
        guard names.contains(word) else {
            let near = CloseMatches.nearest(to: word, among: names)
            throw problem(expected: expected, advice: near.map { "Did you mean '\($0)'?" } ?? "")
        }
        return word
    }

    /// An integer in a range.
    /// - Throws: ``PipelineFileError`` for a quoted one, a fraction, or one outside the range.
    func integer(in range: ClosedRange<Int>, called what: String) throws -> Int {
        guard let text = plainText, let value = Int(text), range.contains(value) else {
            throw problem(expected: what)
        }
        return value
    }

    /// A finite number that `isRight`.
    /// - Throws: ``PipelineFileError`` for any other.
    func number(called what: String, where isRight: (Double) -> Bool) throws -> Double {
        guard let text = plainText, let value = Double(text), value.isFinite, isRight(value) else {
            throw problem(expected: what)
        }
        return value
    }

    /// `true` or `false`.
    /// - Throws: ``PipelineFileError`` for any other word.
    func truth() throws -> Bool {
        switch plainText {
        case "true": return true
        case "false": return false
        default: throw problem(expected: "true or false")
        }
    }

    private var plainText: String? {
        guard case .scalar(let scalar) = node, scalar.style == .plain else { return nil }
        return scalar.string
    }
}

/// A mapping whose keys are all known.
struct YAMLMapping {
    fileprivate let place: YAMLPlace
    fileprivate let values: [String: YAMLPlace]

    /// What stands at a key, where it is there.
    subscript(key: String) -> YAMLPlace? { values[key] }

    /// What stands at a key that must be there.
    /// - Throws: ``PipelineFileError`` at the mapping's line where it is not.
    func required(_ key: String, expected: String) throws -> YAMLPlace {
        guard let value = values[key] else {
            var error = place.problem(expected: expected, found: "nothing", advice: "Add it.")
            error.key = place.key.isEmpty ? key : "\(place.key).\(key)"
            throw error
        }
        return value
    }
}

extension PipelineFileError {
    /// Words the parser's own errors; its snippet is left out, since the line is named.
    fileprivate init(_ error: YamlError, file: String) {
        self.init(file: file, key: "", found: "text that is not YAML", expected: "YAML")
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            line = mark.line
            let whole = context.map { " \($0.text) that begins in line \($0.mark.line)" } ?? ""
            advice = "The YAML reader says: \(problem)\(whole)."
        case .duplicatedKeysInMapping(let duplicates, let context):
            line = context.mark.line
            found = "the key \(duplicates.sorted().map { "'\($0)'" }.joined(separator: ", ")) more than once"
            expected = "each key once"
            advice = "Remove all but one."
        case .reader(let problem, let offset, _, let yaml):
            line = offset.map { yaml.utf8.prefix($0).count { $0 == UInt8(ascii: "\n") } + 1 }
            advice = "The YAML reader says: \(problem)."
        default:
            advice = "The YAML reader cannot read it."
        }
    }
}
