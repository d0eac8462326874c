import FoundationEssentials
import Glibc

/// What a worker needs on the machine, and how its JVM is set.
extension ScienceWorld {
    /// Reads the worker's source, with the newline that ends every message, from standard input: nothing has to lie
    /// on disk.
    static let bootstrap =
        "import sys; exec(compile(sys.stdin.buffer.read(int(sys.argv[1]) + 1), 'scienceworld_worker.py', 'exec'))"

    /// The settings of a worker's JVM.
    ///
    /// `hashCode=2` makes every identity hash the same. The simulator lists objects in the order of their hashes, so
    /// without it two runs of one episode read differently. The others save time and memory: one small heap, half of
    /// it for the short-lived objects that steps leave behind, collected by the thread that needs the room. What further
    /// sessions get beside it is for what lives as long as they do.
    static func javaOptions(heapMegabytes: Int, forSessions sessionMegabytes: Int = 0) -> String {
        [
            "-Xmx\(heapMegabytes + sessionMegabytes)m", "-Xmn\(heapMegabytes / 2)m", "-XX:+UseSerialGC",
            "-XX:-UsePerfData",
            "-XX:+ExitOnOutOfMemoryError", "-XX:+UnlockExperimentalVMOptions", "-XX:hashCode=2",
        ].joined(separator: " ")
    }

    /// The folder of the `java` program: in `JAVA_HOME`, or the first on the `PATH`.
    static func javaFolder(_ variables: [String: String]) throws -> String {
        let home = variables["JAVA_HOME"].map { ["\($0)/bin"] } ?? []
        let path = (variables["PATH"] ?? "").split(separator: ":").map(String.init)
        guard let folder = (home + path).first(where: { access("\($0)/java", X_OK) == 0 }) else {
            throw TraceGenError(
                .missingProgram,
                "ScienceWorld needs a Java runtime, and there is no java on the PATH or in JAVA_HOME. "
                    + "Install one: apt-get install default-jre-headless")
        }
        return folder
    }

    /// The interpreter's absolute path. Links stay: a virtual environment is found by where its link lies.
    static func interpreter(_ python: String) throws -> String {
        let path = python.hasPrefix("/") ? python : "\(FileManager.default.currentDirectoryPath)/\(python)"
        guard access(path, X_OK) == 0 else {
            throw TraceGenError(
                .missingProgram,
                "ScienceWorld needs a Python interpreter with the scienceworld package, and there is none at "
                    + "\(path). Set it up: make setup")
        }
        return path
    }
}

/// What a worker will run on.
struct InstalledVersions: Decodable, Sendable, Hashable {
    var scienceworld: String
    var python: String
    /// The first line of `java -version`.
    var java: String

    private static let question = """
        import json, platform, subprocess
        from importlib.metadata import version
        java = subprocess.run(["java", "-version"], stderr=subprocess.PIPE, text=True, check=True).stderr
        lines = [line for line in java.splitlines() if not line.startswith("Picked up ")]
        print(json.dumps({"scienceworld": version("scienceworld"), "python": platform.python_version(),
            "java": lines[0]}))
        """

    /// Asks the interpreter which ScienceWorld it has, and which Java it finds.
    /// - Throws: ``TraceGenError`` (`missingProgram`) where either is missing or does not run.
    static func ask(_ interpreter: String, _ variables: [String: String]) async throws -> InstalledVersions {
        let launch = WorkerLaunch(
            program: interpreter, arguments: ["-I", "-B", "-c", question], environment: variables)
        do {
            let answer = try await launch.withWorker { try await $0.receive(within: .seconds(60)) }
            return try JSONDecoder().decode(InstalledVersions.self, from: Data(answer))
        } catch let failure as WorkerFailure {
            throw TraceGenError(
                .missingProgram,
                "The interpreter \(interpreter) has no scienceworld package, or the Java at "
                    + "\(variables["PATH"]?.prefix { $0 != ":" } ?? "") does not run. Set both up: make setup",
                cause: failure.summary)
        }
    }
}

extension WorkerFailure {
    /// The failure in a few lines.
    var summary: String {
        switch self {
        case .closed(let lastWords):
            let lines = lastWords.split(separator: "\n").filter {
                !$0.hasPrefix("Picked up JAVA_TOOL_OPTIONS")
            }
            return "The worker closed its output: " + lines.suffix(4).joined(separator: "\n  ")
        case .timedOut(let limit):
            return "The worker gave no answer within \(limit) and was ended."
        case .lineTooLong(let byteCount):
            return "The worker sent a line of over \(byteCount) bytes and was ended."
        }
    }
}
