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
