import Trajectories

/// What a server says about an error, whatever shape it gives it.
///
/// Known shapes: `{"error": {"message", "code", "type"}}`, `{"error": "text"}`, `{"message"}`, `{"detail"}` with a
/// text or a list of `{"msg", "loc"}`, any of them as the only element of a list, HTML pages, plain text.
struct ServerWords: Sendable, Hashable {
    /// How much of a server's text is shown.
    static let limit = 300
    /// How much of a text is shown that was not meant as an error message.
    static let pageLimit = 80

    /// For people: one line, cut, without the key; empty where nothing was said.
    private(set) var shown = ""
    /// Codes, types and statuses, in lower case.
    private(set) var codes: Set<String> = []
    /// A number given as the error's code.
    private(set) var number: Int?
    /// The message whole, in lower case, for searching.
    private var message = ""

    /// Reads an answer's body.
    init(_ body: [UInt8], without secrets: KnownSecrets) {
        if let json = try? CanonicalJSON.decode(JSONValue.self, from: body) { read(json, without: secrets) }
        guard message.isEmpty else { return }
        // The key goes first: half of one at the cut would not be found.
        let text = secrets.redacted(from: String(decoding: body, as: UTF8.self))
        readText(String(text.prefix(64 << 10)), without: secrets)
    }

    /// Reads an error that was found within an answer.
    init(_ error: JSONValue, without secrets: KnownSecrets) {
        read(error, without: secrets)
    }

    /// Whether the message has one of these phrases, which are in lower case.
    func mentions(_ phrases: [String]) -> Bool {
        phrases.contains { message.contains($0) }
    }

    private mutating func read(_ json: JSONValue, without secrets: KnownSecrets) {
        var texts: [String] = []
        collect(json, into: &texts, depth: 0)
        let text = texts.joined(separator: "; ")
        message = text.lowercased()
        shown = OneLine.text(text, limit: Self.limit, without: secrets).quoted
    }

    private mutating func readText(_ text: String, without secrets: KnownSecrets) {
        message = text.lowercased()
        let isPage = text.drop(while: \.isWhitespace).first == "<"
        let words = isPage ? OneLine.words(ofPage: text) : text
        shown = OneLine.text(words, limit: Self.pageLimit, without: secrets).quoted
        if isPage { shown = shown.isEmpty ? "an HTML page" : "an HTML page: \(shown)" }
    }

    /// Gathers messages and codes. What lies deeper than any known shape is left alone.
    private mutating func collect(_ json: JSONValue, into texts: inout [String], depth: Int) {
        guard depth < 4, texts.count < 8 else { return }
        switch json {
        case .string(let text):
            texts.append(text)
        case .array(let elements):
            for element in elements.prefix(8) { collect(element, into: &texts, depth: depth + 1) }
        case .object(let keys):
            collect(codesOf: keys)
            if let problem = validationProblem(keys) { return texts.append(problem) }
            for key in ["error", "message", "msg", "detail"] {
                if let value = keys[key], value != .null { collect(value, into: &texts, depth: depth + 1) }
            }
        default:
            return
        }
    }

    /// A problem as FastAPI tells it: what is wrong, and where.
    private func validationProblem(_ keys: [String: JSONValue]) -> String? {
        guard case .string(let text)? = keys["msg"], case .array(let place)? = keys["loc"] else { return nil }
        let names = place.compactMap { part -> String? in
            switch part {
            case .string(let name): name
            case .int(let index): "\(index)"
            default: nil
            }
        }
        return "\(names.joined(separator: ".")): \(text)"
    }

    private mutating func collect(codesOf keys: [String: JSONValue]) {
        for key in ["code", "type", "status"] {
            switch keys[key] {
            case .string(let code)?: codes.insert(code.lowercased())
            case .int(let code)?: number = number ?? code
            default: continue
            }
        }
    }
}

extension String {
    fileprivate var quoted: String { isEmpty ? "" : "\"\(self)\"" }
}
