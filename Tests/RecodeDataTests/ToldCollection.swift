import FoundationEssentials
import TemporaryFiles
import TestServers
import Trajectories

/// Collections by the command line in an environment that says what it is told (told_environment.py), with a server that says
/// what a scenario is.
struct ToldCollection {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    /// A program as the label of the scenario `say`.
    static func label(_ code: String) -> String {
        String(
            Data(code.utf8).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
                .filter { $0 != "=" })
    }

    /// Writes a profile `p`.
    /// - Parameter more: lines of it, indented by four spaces.
    func writeProfile(
        _ server: MisbehavingServer, _ scenario: String, _ label: String, _ more: String = ""
    ) throws {
        let text = """
            models:
              p:
                base_url: \(server.baseURL(scenario, label))
                max_retries: 1
                retry_base_delay: 0.01
            \(more.isEmpty ? "    model: m" : more)

            """
        _ = try directory.write(Array(text.utf8), to: "profiles.yaml")
    }

    /// Collects an episode of the environment that says `words`.
    func collect(
        told words: JSONValue = .object([:]), policy: String = "p", into run: String = "r",
        _ more: [String] = [],
        key: String? = nil
    ) async throws -> BuiltProgram.Outcome {
        _ = try directory.write(try CanonicalJSON.encode(words), to: "told.json")
        let script = "\(VerifyFixture.root)/Tests/Environments/told_environment.py"
        var variables = VerifyFixture.python
        variables["CANARY"] = key
        return try await BuiltProgram.run(
            [
                "collect", "--policy", policy, "--profiles", "profiles.yaml", "--agent", "codeact", "--run",
                run,
                "--env-command", "python3 -I -B '\(script)' '\(directory.file("told.json"))'",
                "--prompt-style", "bare", "--max-steps", "2",
            ] + more, in: directory.path, variables: variables)
    }
}
