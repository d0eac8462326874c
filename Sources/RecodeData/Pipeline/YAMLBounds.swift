import CYaml
import Trajectories

/// What a YAML file costs before any of it is built: how many values it has, how deep they nest, and whether it has aliases.
///
/// An alias stands for a copy of what its anchor names; ten lines of them stand for more than any memory holds. So aliases are
/// looked for among the parser's events, of which there are no more than the file has bytes.
struct YAMLBounds {
    /// How deep values may nest.
    static let depthLimit = 64
    /// How many values a file may have.
    static let valueLimit = 100_000
    /// The longest key, in bytes.
    static let keyLimit = 1024

    /// What is wrong, in the words of a message, and where.
    struct Problem: Error, Sendable, Hashable {
        var line: Int
        var found: String
        var expected: String
        var advice: String
    }

    private var valueCount = 0
    /// Whether each collection that is open is a mapping, and whether its next value is a key.
    private var open: [(isMapping: Bool, isKeyNext: Bool)] = []

    /// Looks through a text.
    /// - Throws: ``Problem``. A text that is no YAML is let through: who builds it says what is wrong.
    static func check(_ text: String) throws(Problem) {
        var text = text
        let problem = text.withUTF8 { bytes -> Problem? in
            var parser = yaml_parser_t()
            guard yaml_parser_initialize(&parser) == 1 else { return nil }
            defer { yaml_parser_delete(&parser) }
            yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING)
            yaml_parser_set_input_string(&parser, bytes.baseAddress, bytes.count)
            var bounds = YAMLBounds()
            while true {
                var event = yaml_event_t()
                guard yaml_parser_parse(&parser, &event) == 1 else { return nil }
                defer { yaml_event_delete(&event) }
                if event.type == YAML_STREAM_END_EVENT || event.type == YAML_NO_EVENT { return nil }
                if let problem = bounds.take(event) { return problem }
            }
        }
        if let problem { throw problem }
    }

    private mutating func take(_ event: yaml_event_t) -> Problem? {
        let line = Int(event.start_mark.line) + 1
        switch event.type {
        case YAML_ALIAS_EVENT:
            let name = event.data.alias.anchor.map { String(cString: $0) } ?? ""
            return Problem(
                line: line, found: "the alias '*\(name.unicodeScalars.prefix(60).map(String.init).joined())'",
                expected: "each value written out", advice: "Put what its anchor names in its place.")
        case YAML_SCALAR_EVENT:
            let bytes = UnsafeBufferPointer(start: event.data.scalar.value, count: event.data.scalar.length)
            guard !EndlessAccents.isFound(in: Array(bytes)) else {
                return Problem(
                    line: line, found: "a text that \(EndlessAccents.words)", expected: "plain text",
                    advice: "Leave them out.")
            }
            guard isKey, event.data.scalar.length > Self.keyLimit else { return count(line) }
            return Problem(
                line: line, found: "a key of \(event.data.scalar.length) bytes",
                expected: "keys of up to \(Self.keyLimit) bytes", advice: "Is this the right file?")
        case YAML_SEQUENCE_START_EVENT, YAML_MAPPING_START_EVENT:
            let problem = count(line)
            open.append((event.type == YAML_MAPPING_START_EVENT, true))
            guard problem == nil, open.count > Self.depthLimit else { return problem }
            return Problem(
                line: line, found: "values that nest deeper", expected: "up to \(Self.depthLimit) levels",
                advice: "Is this the right file?")
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: _ = open.popLast()
        default: break
        }
        return nil
    }

    private var isKey: Bool { open.last.map { $0.isMapping && $0.isKeyNext } ?? false }

    private mutating func count(_ line: Int) -> Problem? {
        if let last = open.indices.last { open[last].isKeyNext.toggle() }
        valueCount += 1
        guard valueCount > Self.valueLimit else { return nil }
        return Problem(
            line: line, found: "more values", expected: "up to \(Self.valueLimit) of them",
            advice: "Is this the right file?")
    }
}
