import ArgumentParser
import TraceGen

/// `recode-data doctor`.
struct DoctorCommand: LongCommand {
    static let afterInterruption = AfterInterruption.startsOver
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Tell what isolates the policy's code on this machine.",
        discussion: """
            Starts the sandbox as collect does and prints what it is made of here. Exit code 69 says that it does not work, with \
            the words collect would use.
            """)

    @Option(
        help: ArgumentHelp(
            "The Python that runs the policy's code; the system's without it.", valueName: "path"))
    var executorPython: String?

    func run() async throws {
        let machine = Machine(
            python: Machine.pythonFromEnvironment, executorPython: executorPython, sandbox: .bubblewrap,
            concurrency: 1, environmentWorkers: 1)
        let facts: [SandboxFact]
        do {
            facts = try await machine.executors().facts()
        } catch let error as TraceGenError {
            throw CommandFailure(.missingProgram, error.description)
        }
        let width = (facts.map(\.name.count).max() ?? 0) + 2
        try StandardOutput.write(
            facts.map { fact in
                fact.name + String(repeating: " ", count: width - fact.name.count) + fact.value + "\n"
            }.joined())
    }
}
