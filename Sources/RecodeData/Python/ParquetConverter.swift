import Export
import JSONLines

/// Makes Parquet files through pyarrow, in the Python of the environments.
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
        var lines: String
        var file: String
    }

    private struct Outcome: Decodable {
        var rows: Int?
        var error: String?
    }

    /// The version of pyarrow.
    let version: String
    private let helper: PythonHelper

    /// Starts the program that converts.
    /// - Throws: ``CommandFailure`` (`missingProgram`) where there is no such Python, or it has no pyarrow.
    init(columns: [RowColumn], python: String) throws {
        helper = try PythonHelper(
            PackageResources.parquet_writer_py, python: python, failing: "Parquet files cannot be written",
            limit: .seconds(600))
        let greeting = try helper.ask(
            Schema(columns: columns.map { Column(name: $0.name, type: $0.type) }), for: Greeting.self)
        guard let version = greeting.pyarrow else {
            throw CommandFailure(
                .missingProgram,
                "Parquet files cannot be written: \(python) has no module \(greeting.missing ?? "pyarrow"). Run make setup, "
                    + "say in \(Machine.pythonVariable) which Python has it, or choose another format.")
        }
        self.version = version
    }

    func convert(lines: String, to file: String) throws {
        let outcome = try helper.ask(Request(lines: lines, file: file), for: Outcome.self)
        guard outcome.rows == nil else { return }
        throw JSONLinesError(
            .cannotWrite, "cannot write \(file) as Parquet. Look whether the disk is full.",
            cause: outcome.error)
    }
}
