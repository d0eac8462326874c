import Subprocess

/// One thing about the sandbox on this machine, for a reader.
public struct SandboxFact: Sendable, Hashable {
    /// What it is about.
    public var name: String
    /// What was found.
    public var value: String
}

extension PythonSandbox {
    /// Starts an executor and tells what keeps it apart on this machine.
    ///
    /// - Returns: the facts, in the order to be read.
    /// - Throws: ``TraceGenError`` as ``withExecutor(seed:_:)``.
    public func facts() async throws -> [SandboxFact] {
        try await probe()
        let identity = SandboxIdentity.ofThisProcess
        let forks = await parent?.process != nil
        var facts: [SandboxFact] = []
        func add(_ name: String, _ value: String) { facts.append(SandboxFact(name: name, value: value)) }
        switch mode {
        case .bubblewrap(let program): add("bubblewrap", "\(program), \(await Self.version(of: program))")
        case .none: add("sandbox", "none: the code has the rights of the program's user")
        }
        add("Python", "\(python.path), \(python.version)")
        if mode != .none {
            let maker =
                identity == .root
                ? "the mounts are made by root" : "by way of a user namespace, made by this user"
            add("user of the code", "\(identity.hostUser) on this machine, 65534 inside; \(maker)")
            add(
                "executors",
                forks
                    ? "forked by one parent, each in a user and a process namespace of its own; their keepers are outside"
                    : "started one by one, each in a sandbox of its own: this machine allows no namespaces inside one"
            )
        }
        add("system calls", "by list (seccomp); every other is refused")
        add("limits", "of the process (rlimits): memory, processor time, files, processes")
        add("control group", await controlGroupWords)
        add(
            "addresses",
            SandboxCommand.fixedAddresses.isEmpty ? "random: sets may come in another order" : "fixed")
        return facts
    }

    private var controlGroupWords: String {
        get async {
            switch await parent?.controlGroups {
            case .success(let groups):
                "one for each episode below \(groups.path): \(groups.controllers.joined(separator: ", "))"
            case .failure(let problem): "none: \(problem)"
            case nil: "none: executors that are started one by one have only the limits of the process"
            }
        }
    }

    private static func version(of program: String) async -> String {
        let result = try? await Subprocess.run(
            .path(.init(program)), arguments: ["--version"], output: .string(limit: 1 << 10),
            error: .discarded)
        let words = result?.standardOutput.split(whereSeparator: \.isWhitespace) ?? []
        return words.last.map(String.init) ?? "version unknown"
    }
}
