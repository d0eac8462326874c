import FoundationEssentials

/// What manifests and rows call runs and files: the last part of where they lie, so that the same data gives the same bytes
/// wherever it is.
enum SourceNames {
    /// The names of some paths, in their order. Links, `.` and `..` are followed first. Where two end alike they are told apart
    /// by as many folders as that takes: `seed-1/run` and `seed-2/run`.
    static func names(of paths: [String]) -> [String] {
        let parts = paths.map { path in
            URL(filePath: path).resolvingSymlinksInPath().path.split(separator: "/").map(String.init)
        }
        return parts.map { own in
            // A path that is named twice stays one name: there is nothing to tell apart.
            let others = parts.filter { $0 != own }
            let length = (1...max(1, own.count)).first { length in
                !others.contains { $0.suffix(length) == own.suffix(length) }
            }
            return own.suffix(length ?? own.count).joined(separator: "/")
        }
    }
}
