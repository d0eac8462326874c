import FoundationEssentials
import JSONLines

/// The data that belongs to the program: `data` or `share/recode-data` beside it, or in a folder above it.
enum ProgramData {
    /// The nearest folder of that name.
    /// - Parameter sign: a file or folder in it that tells it from a foreign one.
    static func folder(_ name: String, with sign: String) -> String? {
        var place = FileManager.default.currentDirectoryPath
        if let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") {
            place = program
        }
        while let slash = place.lastIndex(of: "/") {
            place = String(place[..<slash])
            for candidate in ["data/\(name)", "share/recode-data/\(name)"]
            where Directory.isPresent("\(place)/\(candidate)/\(sign)") {
                return "\(place)/\(candidate)"
            }
        }
        return nil
    }

    /// The lists of held-out task instances, sorted by name.
    static func heldOutLists() throws -> [String] {
        guard let folder = folder("held-out", with: "scienceworld.json.gz") else {
            throw CommandFailure(
                .missingProgram,
                "the lists of held-out tasks are not where the program looks for them (data/held-out or "
                    + "share/recode-data/held-out in a folder above it). Copy them there with the program.")
        }
        return try Directory.names(in: folder).filter { $0.hasSuffix(".json.gz") }.sorted().map {
            "\(folder)/\($0)"
        }
    }
}
