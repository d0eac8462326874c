import FoundationEssentials
import Subprocess

/// Whole programs, run to their end.
enum Program {
    /// Runs a program and gives back what it printed.
    /// - Throws: ``BenchError`` when it fails, with the end of its standard error.
    @discardableResult
    static func run(_ path: String, _ arguments: [String]) async throws -> String {
        let executable: Executable = path.contains("/") ? .path(.init(path)) : .name(path)
        let result = try await Subprocess.run(
            executable, arguments: Arguments(arguments), output: .string(limit: 1 << 20),
            error: .string(limit: 1 << 20))
        guard result.terminationStatus.isSuccess else {
            let words = result.standardError.suffix(2000)
            throw BenchError(message: "\(path) \(arguments.joined(separator: " ")) failed: \(words)")
        }
        return result.standardOutput
    }
}

/// A measurement that cannot be made.
struct BenchError: Error, CustomStringConvertible {
    var message: String
    var description: String { message }
}

/// A directory that is removed again.
struct TemporaryFolder {
    let path: String

    init() throws {
        let unique = "\(UInt64.random(in: 0 ... .max))"
        path = FileManager.default.temporaryDirectory.path + "/recode-bench-" + unique
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    func remove() {
        try? FileManager.default.removeItem(atPath: path)
    }
}

/// What the figures were measured on.
enum Machine {
    static func description(concurrency: Int) async throws -> String {
        let processors = lines(of: "/proc/cpuinfo").filter { $0.hasPrefix("model name") }
        let model =
            processors.first.map { $0.split(separator: ":").last.map { $0.drop { $0 == " " } } ?? "" }
            ?? "unknown"
        let memory = lines(of: "/proc/meminfo").first { $0.hasPrefix("MemTotal") }?.split(separator: " ")
        let gibibytes = memory.flatMap { $0.count > 1 ? Int($0[1]) : nil }.map { $0 / (1 << 20) } ?? 0
        let system = lines(of: "/etc/os-release").first { $0.hasPrefix("PRETTY_NAME=") }.map {
            $0.dropFirst(12).filter { $0 != "\"" }
        }
        let swift = try await Program.run("swift", ["--version"]).split(separator: "\n").first.map(
            String.init)
        let python = try await Program.run(".venv/bin/python", ["--version"]).split(separator: "\n").first
            .map(String.init)
        return """
            # Benchmarks

            Written by `make bench`; every figure comes from `Sources/RecodeBench`. Figures are medians, with the lowest and highest in
            brackets, of runs that alternate with what they are compared to.

            - \(processors.count) × \(model), \(gibibytes) GiB of memory, \(system ?? "Linux")
            - \(swift ?? "Swift"), release build; \(python ?? "Python"); scienceworld as pinned in requirements.txt
            - \(concurrency) lanes

            """
    }

    private static func lines(of path: String) -> [Substring] {
        guard let data = FileManager.default.contents(atPath: path) else { return [] }
        return String(decoding: data, as: UTF8.self).split(separator: "\n")
    }
}
