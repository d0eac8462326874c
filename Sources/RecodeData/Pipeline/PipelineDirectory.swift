import JSONLines

/// A directory that holds one pipeline's results.
///
/// ```
/// DIR/pipeline.yaml                 the file as run
/// DIR/collect/NAME/                 a run directory for each collect stage
/// DIR/selection/NAME-top40.json     a selection file for each p
/// DIR/export/NAME-METHOD-top40/     an export for each method and p
/// DIR/count.json, DIR/count.md      the table
/// DIR/stages.json                   what each finished stage was made from
/// ```
struct PipelineDirectory: Sendable {
    /// The directory's path as given.
    let path: String

    /// Takes a directory for a pipeline: a new or empty one, or one that was made from the same pipeline.
    ///
    /// - Parameters:
    ///   - path: the directory; made where it is missing.
    ///   - pipeline: what is to run in it.
    ///   - text: the pipeline file's text, kept beside the results.
    /// - Throws: ``CommandFailure`` (`badUsage`) for a directory that belongs to another pipeline, naming the first key
    ///   that differs, or that holds something else; `JSONLinesError` where it cannot be written.
    init(takenAt path: String, for pipeline: Pipeline, text: String) throws {
        self.path = path
        let recipe = "\(path)/pipeline.yaml"
        if Directory.isPresent(recipe) {
            try Self.require(recipe, isAlso: pipeline, in: path)
        } else {
            try Directory.create(path)
            let names = try Directory.names(in: path).filter { !$0.hasSuffix(".partial") }
            if let name = names.first {
                throw CommandFailure(
                    .badUsage,
                    "\(path): no pipeline's directory, and not empty (it holds \(name)). "
                        + "Choose another directory with --out.")
            }
        }
        try AtomicFile.write(Array(text.utf8), to: recipe)
        for folder in ["collect", "selection", "export"] { try Directory.create("\(path)/\(folder)") }
    }

    /// The path of something in it.
    func path(of name: String) -> String { "\(path)/\(name)" }

    private static func require(_ recipe: String, isAlso pipeline: Pipeline, in path: String) throws {
        let text = String(decoding: try AtomicFile.read(recipe, byteLimit: 1 << 20), as: UTF8.self)
        let earlier = try PipelineFile.parse(text, file: recipe)
        guard let difference = try earlier.firstDifference(from: pipeline) else { return }
        throw CommandFailure(
            .badUsage,
            "\(path) belongs to another pipeline: \(difference.key) is \(difference.here) in \(recipe), and "
                + "\(difference.there) here. Choose another directory with --out, or remove that one.")
    }
}
