import Export
import JSONLines

/// The data that belongs to the program: `data` or `share/recode-data` beside it, or in a folder above it.
enum ProgramData {
    /// The nearest folder of that name.
    /// - Parameter sign: a file or folder in it that tells it from a foreign one.
    static func folder(_ name: String, with sign: String) -> String? {
        InstalledFiles.first(of: ["data/\(name)", "share/recode-data/\(name)"]) {
            Directory.isPresent("\($0)/\(sign)")
        }
    }

    /// The list of control tokens of chat templates.
    static func controlTokens() throws -> ControlTokenList {
        let name = "control-tokens.json"
        let path = InstalledFiles.first(
            of: ["data/\(name)", "share/recode-data/\(name)"], where: Directory.isPresent)
        guard let path else {
            throw CommandFailure(
                .missingProgram,
                "the list of control tokens is not where the program looks for it (data/\(name) or "
                    + "share/recode-data/\(name) in a folder above it). Copy it there with the program.")
        }
        return try ControlTokenList(path: path)
    }

    /// The lists of held-out task instances, sorted by name.
    static func heldOutLists() throws -> [String] {
        guard let folder = folder("held-out", with: "scienceworld.json.gz") else {
            throw CommandFailure(
                .missingProgram,
                "the lists of held-out tasks are not where the program looks for them (data/held-out or "
                    + "share/recode-data/held-out in a folder above it). Copy them there with the program.")
        }
        let names = try Directory.names(in: folder).filter { $0.hasSuffix(".json.gz") }
        return names.sorted().map { "\(folder)/\($0)" }
    }
}
