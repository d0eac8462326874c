/// Something in a pipeline file that cannot be run, with its place.
struct PipelineFileError: Error, Sendable, Hashable {
    /// The file as the user named it.
    var file: String
    /// The line, from 1; `nil` where the file as a whole is meant.
    var line: Int?
    /// The key's path, such as `collect[0].slip`; empty at the top.
    var key: String
    /// What the file says there.
    var found: String
    /// What would have been right.
    var expected: String
    /// What to do about it; empty where `expected` says it all.
    var advice: String = ""
}

extension PipelineFileError: CustomStringConvertible {
    /// `file.yaml:LINE: key.path: found this, expected that. Do this.`
    var description: String {
        let place = line.map { "\(file):\($0): " } ?? "\(file): "
        let subject = key.isEmpty ? "" : "\(key): "
        let advice = advice.isEmpty ? "" : " \(advice)"
        return "\(place)\(subject)found \(found), expected \(expected).\(advice)"
    }
}
