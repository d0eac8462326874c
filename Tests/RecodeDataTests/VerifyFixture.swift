import FoundationEssentials
import JSONLines
import TemporaryFiles
import Trajectories

/// A copy of the sample run, and exports of it, to be damaged.
struct VerifyFixture {
    static let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    static let runShard = "run/trajectories/part-00000.jsonl.gz"

    /// The Python that `make setup` made, for Parquet files and Jinja templates.
    static let python = ["RECODE_DATA_PYTHON": "\(root)/.venv/bin/python"]

    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        try FileManager.default.copyItem(
            atPath: "\(Self.root)/data/samples/run", toPath: directory.file("run"))
    }

    /// Exports the run.
    func export(_ options: String..., from run: String = "run", to out: String = "e") async throws {
        let outcome = try await BuiltProgram.run(
            ["export", run, "--out", out] + options, in: directory.path, variables: Self.python)
        guard outcome.code == 0 else { throw Failure(words: outcome.errors) }
    }

    struct Failure: Error {
        var words: String
    }

    /// What `verify` says: its exit code, and the problems without the program's name, the directory left out.
    func verify(_ arguments: String...) async throws -> (code: Int32, output: String, problems: [String]) {
        let outcome = try await BuiltProgram.run(
            ["verify"] + arguments, in: directory.path, variables: Self.python)
        return (
            outcome.code, outcome.output,
            outcome.errors.split(separator: "\n").map {
                String($0.trimmingPrefix("recode-data: ").trimmingPrefix("error: "))
            }
        )
    }

    /// The lines of a file.
    func lines(of name: String) throws -> [String] {
        let reader = try JSONLinesReader(path: directory.file(name))
        var lines: [String] = []
        while let line = try reader.next() { lines.append(String(decoding: line.bytes, as: UTF8.self)) }
        return lines
    }

    /// Writes a file's lines anew.
    /// - Parameter manifest: the manifest that is to say the new size and checksum, as if the file had always been so; `nil` to
    ///   leave it as it is.
    func rewrite(
        _ name: String, asListedIn manifest: String? = nil, _ edit: (inout [String]) throws -> Void
    ) throws {
        let path = directory.file(name)
        var lines = try lines(of: name)
        let old = try FileDigest.ofFile(path, lineCount: lines.count)
        try edit(&lines)
        let writer = try AtomicLinesWriter(path: path, compression: name.hasSuffix(".gz") ? .gzip : .none)
        for line in lines { try writer.append(Array(line.utf8)) }
        let new = try writer.finish()
        guard let manifest else { return }
        try self.edit(manifest) { text in
            text.replace(old.sha256, with: new.sha256)
            text.replace("\"bytes\" : \(old.byteCount),", with: "\"bytes\" : \(new.byteCount),")
            text.replace("\"lines\" : \(old.lineCount),", with: "\"lines\" : \(new.lineCount),")
        }
    }

    /// Changes a text file.
    func edit(_ name: String, _ change: (inout String) throws -> Void) throws {
        var text = String(decoding: try directory.bytes(of: name), as: UTF8.self)
        try change(&text)
        _ = try directory.write(Array(text.utf8), to: name)
    }

    /// Changes a file's bytes.
    func damage(_ name: String, _ change: (inout [UInt8]) -> Void) throws {
        var bytes = try directory.bytes(of: name)
        change(&bytes)
        _ = try directory.write(bytes, to: name)
    }
}
