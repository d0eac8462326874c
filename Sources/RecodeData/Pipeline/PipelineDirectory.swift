import JSONLines

/// A directory that holds one pipeline's results.
///
/// ```
/// DIR/pipeline.yaml                 the file as run
/// DIR/games/                        games for ALFWorld, where the pipeline makes them
/// DIR/held-out/NAME.json.gz         what must not be trained on of an environment that is listed nowhere else
/// DIR/collect/NAME/                 a run directory for each collect stage
/// DIR/selection/NAME-top40.json     a selection file for each p
/// DIR/export/NAME-METHOD-top40/     an export for each method and p
/// DIR/count.json, DIR/count.md      the table
/// DIR/stages.json                   what each finished stage was made from
/// ```
struct PipelineDirectory: Sendable {
    /// The directory's path as given.
    let path: String

    /// Looks whether a directory may be taken for a pipeline, and changes nothing: it may be missing, empty, or made from
    /// the same pipeline.
    ///
    /// - Parameters:
    ///   - path: the directory.
    ///   - pipeline: what is to run in it.
    /// - Throws: ``CommandFailure`` (`badUsage`) for a directory that belongs to another pipeline, naming the first key
    ///   that differs, or that holds something else; `JSONLinesError` where it cannot be read.
    static func requireFree(_ path: String, for pipeline: Pipeline) throws {
        guard Directory.isPresent(path) else { return }
        try requireOwn(path)
        let recipe = "\(path)/pipeline.yaml"
        if Directory.isPresent(recipe) { return try require(recipe, isAlso: pipeline, in: path) }
        guard let name = try Directory.names(in: path).first(where: { !$0.hasSuffix(".partial") }) else {
            return
        }
        throw CommandFailure(
            .badUsage,
            "\(path): no pipeline's directory, and not empty (it holds \(name)). "
                + "Choose another directory with --out.")
    }

    /// Takes a directory for a pipeline.
    ///
    /// - Parameters:
    ///   - path: the directory; made where it is missing.
    ///   - pipeline: what is to run in it.
    ///   - text: the pipeline file's text, kept beside the results.
    /// - Throws: as ``requireFree(_:for:)``; `JSONLinesError` where it cannot be written.
    init(takenAt path: String, for pipeline: Pipeline, text: String) throws {
        self.path = path
        try Directory.create(path)
        try Self.requireFree(path, for: pipeline)
        try AtomicFile.write(Array(text.utf8), to: "\(path)/pipeline.yaml", links: .refused)
        for folder in ["collect", "selection", "export"] { try Directory.create("\(path)/\(folder)") }
    }

    /// Makes sure that what is written is there as a pipeline leaves it: no links, and nobody else's files.
    private static func requireOwn(_ path: String) throws {
        let folders = ["collect", "selection", "export", "games", "held-out"]
        try OwnFile.require(files: [], folders: folders, in: path)
        var inner: [String] = []
        for folder in folders where Directory.isDirectory("\(path)/\(folder)") {
            inner += try Directory.names(in: "\(path)/\(folder)").map { "\(folder)/\($0)" }
        }
        let (directories, files) = (
            inner.filter { Directory.isDirectory("\(path)/\($0)") },
            inner.filter { !Directory.isDirectory("\(path)/\($0)") }
        )
        let tops = ["pipeline.yaml", "stages.json", "count.json", "count.md"]
        try OwnFile.require(files: tops + files, folders: folders + directories, in: path)
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
