/// A text with `{{name}}` markers, filled in one pass: a value that looks like a marker stays as it is.
struct PromptTemplate: Sendable {
    private enum Piece: Sendable {
        case text(Substring)
        case marker(String)
    }

    private let pieces: [Piece]

    /// Takes a template apart at its markers.
    init(_ text: String) {
        var pieces: [Piece] = []
        var rest = text[...]
        while let opening = rest.firstRange(of: "{{"),
            let closing = rest[opening.upperBound...].firstRange(of: "}}")
        {
            pieces.append(.text(rest[..<opening.lowerBound]))
            pieces.append(.marker(String(rest[opening.upperBound..<closing.lowerBound])))
            rest = rest[closing.upperBound...]
        }
        pieces.append(.text(rest))
        self.pieces = pieces
    }

    /// The names of the markers.
    var names: Set<String> {
        Set(
            pieces.compactMap {
                if case .marker(let name) = $0 { name } else { nil }
            })
    }

    /// The text with every marker replaced; a marker that `values` lacks is our mistake: files are checked when they are read.
    ///
    /// - Complexity: O(*n*) in the length of the result.
    func filled(_ values: [String: String]) -> String {
        var result = ""
        for piece in pieces {
            switch piece {
            case .text(let text):
                result += text
            case .marker(let name):
                guard let value = values[name] else { preconditionFailure("no value for marker {{\(name)}}") }
                result += value
            }
        }
        return result
    }
}
