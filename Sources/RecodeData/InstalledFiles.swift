import FoundationEssentials

/// What lies beside the program: in the folder of its sources, or where it was installed.
enum InstalledFiles {
    /// The first of some relative paths that is right, in the program's folder or the nearest one above it.
    static func first(of candidates: [String], where isRight: (String) -> Bool) -> String? {
        var place = FileManager.default.currentDirectoryPath
        if let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") {
            place = program
        }
        while let slash = place.lastIndex(of: "/") {
            place = String(place[..<slash])
            for candidate in candidates where isRight("\(place)/\(candidate)") {
                return "\(place)/\(candidate)"
            }
        }
        return nil
    }
}
