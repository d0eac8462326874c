import CSandbox
import Glibc

/// How the executor's process is started: the command line of its sandbox, and what it is given to run.
struct SandboxCommand: Sendable {
    var mode: SandboxMode
    var python: PythonInterpreter
    /// Whose rights the sandbox is made with.
    var identity = SandboxIdentity.ofThisProcess

    /// The signal by which the kernel ends a block that does not heed its processor time.
    static let processorLimitSignal = SIGXCPU

    /// Puts the command line together.
    /// - Parameter directory: where it runs without a sandbox; with one, it sees no directory of ours.
    /// - Returns: the launch of one worker.
    func launch(in directory: String?) -> WorkerLaunch {
        // -s -S: nothing but the standard library; -B: writes no bytecode. Not -I, which would ignore the hash seed.
        let interpreter =
            Self.fixedAddresses + [python.path, "-s", "-S", "-B", "-c"]
            + [String(decoding: PackageResources.executor_bootstrap_py, as: UTF8.self)]
        switch mode {
        case .bubblewrap(let program):
            return WorkerLaunch(
                program: program,
                arguments: identity.options + Self.isolation + mounts + ["--clearenv"] + variables
                    + dropping + interpreter)
        case .none:
            return WorkerLaunch(
                program: interpreter[0], arguments: Array(interpreter.dropFirst()),
                environment: Self.environment,
                workingDirectory: directory)
        }
    }

    /// Leaves all rights behind and becomes what follows.
    private var dropping: [String] {
        [python.path, "-I", "-S", "-B", "-c"]
            + [String(decoding: PackageResources.executor_isolation_py, as: UTF8.self)]
    }

    /// What an executor reads first: its modules, named and measured in the first line (executor_bootstrap.py).
    static let modules = framed(sources)

    /// What the parent of executors reads first.
    static let parentModules = framed(sources + [("executor_parent", PackageResources.executor_parent_py)])

    /// What a reader of code reads first.
    static let readerModules = framed(
        sources + [
            ("code_rules", PackageResources.code_rules_py), ("code_reader", PackageResources.code_reader_py),
        ])

    private static let sources = [
        ("executor_isolation", PackageResources.executor_isolation_py),
        ("executor_syntax", PackageResources.executor_syntax_py),
        ("executor_values", PackageResources.executor_values_py),
        ("executor_limits", PackageResources.executor_limits_py),
        ("executor_worker", PackageResources.executor_worker_py),
    ]

    private static func framed(_ modules: [(name: String, source: [UInt8])]) -> [UInt8] {
        let header = modules.map { "\($0.name) \($0.source.count)" }.joined(separator: " ")
        return Array("\(header)\n".utf8) + modules.flatMap(\.source)
    }

    /// The filter of system calls, in hexadecimal.
    static let filter: String = {
        var bytes = [UInt8](repeating: 0, count: recode_sandbox_filter(nil, 0))
        _ = recode_sandbox_filter(&bytes, bytes.count)
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }()
}

extension SandboxCommand {
    /// Starts what follows with its memory at the same addresses each time: objects are hashed by where they lie, so
    /// that is the order sets of them come in.
    ///
    /// Left out where there is no setarch (util-linux), or where a container forbids it.
    static let fixedAddresses: [String] = {
        let program = "/usr/bin/setarch"
        return access(program, X_OK) == 0 && recode_sandbox_may_fix_addresses() ? [program, "-R"] : []
    }()

    /// Strings hash the same in every run, so that sets come in the same order; text is UTF-8 whatever the locale.
    /// The worker takes both out of `os.environ` before the policy's code runs.
    private static let environment = ["PYTHONHASHSEED": "0", "PYTHONUTF8": "1"]

    private var variables: [String] {
        Self.environment.sorted { $0.key < $1.key }.flatMap { ["--setenv", $0.key, $0.value] }
    }

    /// Namespaces of its own for everything but users, no terminal, no life after us.
    ///
    /// Some capabilities are left to what runs first in there, which drops them before it serves anyone
    /// (executor_isolation.py): to make the devices read-only, and to become another user for good.
    private static let isolation = [
        "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try",
        "--die-with-parent", "--new-session", "--hostname", "sandbox", "--cap-drop", "ALL", "--cap-add",
        "CAP_SYS_ADMIN", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID", "--cap-add", "CAP_SETPCAP",
    ]

    /// A root with what Python needs and nothing that can be written to.
    ///
    /// There is neither /proc nor /tmp: blocks need no such thing, and where mounting a new /proc is forbidden (as
    /// in most containers) the sandbox works all the same. Directories are named where only files or other directories
    /// go into them: bubblewrap makes those for their owner alone.
    private var mounts: [String] {
        var mounts = ["--ro-bind", "/usr", "/usr"]
        for directory in ["/lib", "/lib32", "/lib64"] {
            if let target = Self.target(ofLink: directory) {
                mounts += ["--symlink", target, directory]
            } else if access(directory, F_OK) == 0 {
                mounts += ["--ro-bind", directory, directory]
            }
        }
        if !python.path.hasPrefix("/usr/") || !python.prefix.hasPrefix("/usr") {
            mounts += Self.directories(above: python.prefix) + ["--ro-bind", python.prefix, python.prefix]
        }
        mounts += ["--dir", "/etc", "--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache", "--dir", "/dev"]
        for device in ["/dev/null", "/dev/urandom"] { mounts += ["--dev-bind", device, device] }
        return mounts + ["--remount-ro", "/", "--chdir", "/"]
    }

    private static func directories(above path: String) -> [String] {
        var directories: [String] = []
        var directory = ""
        for part in path.split(separator: "/").dropLast() {
            directory += "/\(part)"
            if directory != "/usr" { directories += ["--dir", directory] }
        }
        return directories
    }

    private static func target(ofLink path: String) -> String? {
        var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(path, &bytes, bytes.count)
        return count > 0 ? String(decoding: bytes[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self) : nil
    }
}
