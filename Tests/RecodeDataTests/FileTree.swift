import FoundationEssentials
import JSONLines

/// Every file below a directory.
enum FileTree {
    /// The bytes of each file by its path inside the directory, without durations, which differ from run to run.
    static func contents(of directory: String) throws -> [String: Data] {
        var contents: [String: Data] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: directory) {
            guard !name.hasSuffix("timings.jsonl"), !Directory.isDirectory("\(directory)/\(name)") else {
                continue
            }
            contents[name] = try Data(contentsOf: URL(filePath: "\(directory)/\(name)"))
        }
        return contents
    }
}
