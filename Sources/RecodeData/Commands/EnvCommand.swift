import ArgumentParser
import TraceGen
import Trajectories

/// `recode-data env`: what has to do with environments that are programs of their own.
struct EnvCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "env", abstract: "Environments that are programs of their own (docs/environments.md).",
        subcommands: [EnvCheckCommand.self])
}

/// `recode-data env check`.
struct EnvCheckCommand: LongCommand {
    static let afterInterruption = AfterInterruption.startsOver
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Look whether a program keeps what the environment protocol promises.",
        discussion: """
            Starts it twice and talks to both. Standard output gets a line for each promise; exit code 65 says that one is \
            broken.
            """)

    @Option(
        help: ArgumentHelp("How many instances of each task and split are played.", valueName: "n"))
    var instances = 1

    @Option(
        help: ArgumentHelp(
            "How long it may take to start, and to begin an episode, in seconds.", valueName: "s"))
    var startLimit = 120

    @Argument(
        parsing: .captureForPassthrough,
        help: ArgumentHelp("The program and its arguments.", valueName: "command"))
    var command: [String]

    mutating func validate() throws {
        guard instances >= 1 else {
            throw ValidationError("--instances is \(instances), expected 1 or more.")
        }
        guard startLimit >= 1 else {
            throw ValidationError("--start-limit is \(startLimit), expected 1 or more.")
        }
        if command.first == "--" { command.removeFirst() }
        guard !command.isEmpty else { throw ValidationError("name the program to check.") }
    }

    func run() async throws {
        let limits = ServedEnvironment.TimeLimits(hello: .seconds(startLimit), start: .seconds(startLimit))
        let environment = try await ServedEnvironment(command: command, limits: limits)
        let findings = try await EnvironmentCheck(
            environment, limits: limits, instancesOfEach: instances
        ).run()
        var text = "\(environment.name) \(environment.version.shown(limit: 200)): "
        text += "\(Wording.count(environment.tasks.count, "task")), "
        text += "splits \(environment.splits.map(\.rawValue).joined(separator: ", "))\n"
        for finding in findings {
            text +=
                finding.problem.map { "broken  \(finding.claim)\n        \($0.shown(limit: 4_000))\n" }
                ?? "kept    \(finding.claim)\n"
        }
        try StandardOutput.write(text)
        let broken = findings.count { $0.problem != nil }
        guard broken == 0 else {
            throw CommandFailure(
                .badData,
                "\(environment.name) breaks \(Wording.count(broken, "promise")) of the environment protocol. "
                    + "docs/environments.md says what each request is answered by.")
        }
    }
}
