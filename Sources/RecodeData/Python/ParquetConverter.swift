import Export
import JSONLines

/// Makes Parquet files, and reads them, through pyarrow, in the Python of the environments.
///
/// The same rows give the same bytes with the same pyarrow, whose version manifests have.
final class ParquetConverter: ShardConverter {
    private struct Column: Encodable {
        var name: String
        var type: String
    }

    private struct Schema: Encodable {
        var columns: [Column]
    }

    private struct Greeting: Decodable {
        var pyarrow: String?
        var missing: String?
    }

    private struct Request: Encodable {
        var read: String?
        var write: String?
        var lines: String
    }

    private struct Outcome: Decodable {
        var rows: Int?
        var error: String?
        /// The system's number of what failed; `nil` where that is no matter of the system.
        var errno: Int32?
    }

    /// The version of pyarrow.
    let version: String
    private let helper: PythonHelper

    /// Starts the program that converts.
    /// - Throws: ``CommandFailure`` (`missingProgram`) where there is no such Python, or it has no pyarrow.
    init(columns: [RowColumn], python: String) throws {
        helper = try PythonHelper(
            PackageResources.parquet_writer_py, python: python,
            failing: "Parquet files can be neither written nor read",
            limit: .seconds(600))
        let greeting = try helper.ask(
            Schema(columns: columns.map { Column(name: $0.name, type: $0.type) }), for: Greeting.self)
        guard let version = greeting.pyarrow else {
            throw CommandFailure(
                .missingProgram,
                "Parquet files can be neither written nor read: \(python) has no module \(greeting.missing ?? "pyarrow"). Run make setup, "
                    + "say in \(Machine.pythonVariable) which Python has it, or choose another format.")
        }
        self.version = version
    }

    func convert(lines: String, to file: String) throws {
        do {
            let outcome = try helper.ask(Request(write: file, lines: lines), for: Outcome.self)
            guard outcome.rows == nil else { return }
            if let number = outcome.errno { throw JSONLinesError.cannotWrite(file, number: number) }
            throw JSONLinesError(
                .cannotWrite, "cannot write \(StagedDirectory.finalPath(of: file)) as Parquet.",
                cause: outcome.error)
        } catch let slow as PythonHelper.TooSlow {
            throw JSONLinesError(
                .cannotWrite,
                "cannot write \(StagedDirectory.finalPath(of: file)) as Parquet: it took longer than \(slow.limit.components.seconds) s. Look whether the "
                    + "disk answers.")
        }
    }

    /// Writes the rows of a Parquet file as lines of JSON, with the columns in their order.
    /// - Throws: ``CommandFailure`` (`badData`) where it has other columns, or is no Parquet file.
    func extract(file: String, to lines: String) throws {
        let words: String
        do {
            let outcome = try helper.ask(Request(read: file, lines: lines), for: Outcome.self)
            guard outcome.rows == nil else { return }
            if let number = outcome.errno { throw JSONLinesError.cannotWrite(lines, number: number) }
            words = outcome.error ?? ""
        } catch let slow as PythonHelper.TooSlow {
            words = "it took longer than \(slow.limit.components.seconds) s"
        }
        throw CommandFailure(.badData, "\(file): its rows cannot be read: \(words.prefix(400))")
    }
}
