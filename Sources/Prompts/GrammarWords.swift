import JSONLines

/// Reads the words that an environment's texts are filled with, one file for each grammar that its instances may have.
///
/// A line is `name: text`, and the texts hold `{{name}}`. All files define the same names, so that no instance finds a
/// text with a hole in it.
enum GrammarWords {
    /// The file for instances whose grammar nobody knows, such as those of imported episodes, or has no file.
    static let other = "other"

    /// The words by grammar and name; none where the environment has no such folder.
    /// - Parameters:
    ///   - folder: the `grammars` folder.
    ///   - read: reads a file's text without the newline at its end.
    /// - Throws: ``PromptsError`` (`missingText`, `badText`) naming file and line.
    static func read(
        _ folder: String, _ read: (String) throws(PromptsError) -> String
    ) throws(PromptsError) -> [String: [String: String]] {
        guard Directory.isDirectory(folder) else { return [:] }
        let defaults = try words(in: try read("\(folder)/\(other).txt"), of: "\(folder)/\(other).txt")
        var grammars = [other: defaults]
        for name in try names(in: folder) where name != other {
            let path = "\(folder)/\(name).txt"
            let words = try words(in: try read(path), of: path)
            if let odd = Set(words.keys).symmetricDifference(defaults.keys).min() {
                throw PromptsError(
                    .badText,
                    "\(path): \(odd) stands in only one of this file and \(other).txt. Define it in both.")
            }
            grammars[name] = words
        }
        return grammars
    }

    private static func names(in folder: String) throws(PromptsError) -> [String] {
        do {
            return try Directory.names(in: folder).filter { $0.hasSuffix(".txt") && !$0.hasPrefix(".") }
                .map { String($0.dropLast(4)) }.sorted()
        } catch {
            throw PromptsError(
                .missingText, "\(folder) cannot be read, and prompts are made of it.",
                cause: error.description)
        }
    }

    private static func words(in text: String, of path: String) throws(PromptsError) -> [String: String] {
        var words: [String: String] = [:]
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            guard let colon = line.firstRange(of: ": "), colon.lowerBound > line.startIndex,
                colon.upperBound < line.endIndex
            else {
                throw PromptsError(
                    .badText, "\(path): line \(index + 1) should read “name: text”, such as “into: to”.")
            }
            let name = String(line[..<colon.lowerBound])
            guard words.updateValue(String(line[colon.upperBound...]), forKey: name) == nil else {
                throw PromptsError(.badText, "\(path): line \(index + 1) defines \(name) again. Keep one.")
            }
        }
        return words
    }
}
