import CSandbox
import FoundationEssentials
import Trajectories

/// temporary
public struct PythonSandbox: ExecutorSource {
    /// temporary
    public init() throws {}
    static let bootstrap = "import sys,json,types\nm=json.loads(sys.stdin.buffer.readline())\nfor n in ('executor_rules','executor_values'):\n    t=types.ModuleType(n);sys.modules[n]=t;exec(compile(m[n],n+'.py','exec'),t.__dict__)\nexec(compile(m['executor_worker'],'executor_worker.py','exec'),{'__name__':'__main__'})"
    /// temporary
    public func withExecutor<Result: Sendable>(seed: UInt64, _ body: @Sendable (any Executor) async throws -> Result) async throws -> Result {
        let launch = WorkerLaunch(program: "/usr/bin/bwrap", arguments: ["--unshare-all", "--die-with-parent", "--new-session", "--ro-bind", "/usr", "/usr", "--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64", "--symlink", "usr/bin", "/bin", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--clearenv", "--setenv", "PYTHONHASHSEED", "0", "/usr/bin/python3", "-s", "-S", "-B", "-c", Self.bootstrap])
        return try await launch.withWorker { c in
            let sources = ["executor_rules": String(decoding: PackageResources.executor_rules_py, as: UTF8.self), "executor_values": String(decoding: PackageResources.executor_values_py, as: UTF8.self), "executor_worker": String(decoding: PackageResources.executor_worker_py, as: UTF8.self)]
            try await c.send(try CanonicalJSON.encode(sources))
            var filter = [UInt8](repeating: 0, count: 8192)
            let n = recode_sandbox_filter(&filter, filter.count)
            let hex = filter.prefix(n).map { let h = String($0, radix: 16); return h.count == 1 ? "0" + h : h }.joined()
            try await c.send(try CanonicalJSON.encode(JSONValue.object(["id": .int(0), "seed": .int(Int(truncatingIfNeeded: seed >> 1)), "processor_seconds": .int(5), "memory_bytes": .int(512 << 20), "output_bytes": .int(65536), "filter": .string(hex)])))
            _ = try await c.receive(within: .seconds(20))
            return try await body(TemporaryExecutor(c: c))
        }
    }
}
struct TemporaryExecutor: Executor {
    let c: WorkerConnection
    struct Reply: Decodable { var kind: String; var action: String?; var statements: [String]?; var problem: String?; var printed: [String]?; var assigned: [String]?; var traceback: String?; var name: String?; var signature: String?; var inputs: [String]?; var outputs: [String]?; var variables: [Variable]? }
    func ask(_ m: [String: JSONValue]) async throws -> Reply {
        do {
            var m = m; m["id"] = .int(1)
            try await c.send(try CanonicalJSON.encode(m))
            return try CanonicalJSON.decode(Reply.self, from: try await c.receive(within: .seconds(60)))
        } catch let f as WorkerFailure { throw ExecutorFailure(.died, "\(f)") }
    }
    func bind(_ variables: [(name: String, value: String)]) async throws { _ = try await ask(["op": .string("bind"), "variables": .array(variables.map { .array([.string($0.name), .string($0.value)]) })]) }
    func parse(_ code: String) async throws -> ParsedBlock { let r = try await ask(["op": .string("parse"), "code": .string(code)]); return r.problem.map { .formatProblem($0) } ?? .statements(r.statements ?? []) }
    func variables(_ names: [String]) async throws -> [Variable] { try await ask(["op": .string("variables"), "names": .array(names.map { .string($0) })]).variables ?? [] }
    func execute(_ statement: String, action: @Sendable (String) async throws -> ActionReply) async throws -> StatementOutcome {
        var r = try await ask(["op": .string("execute"), "code": .string(statement)])
        while r.kind == "action" {
            switch try await action(r.action ?? "") {
            case .observation(let o): r = try await ask(["op": .string("observation"), "observation": .string(o)])
            case .stop: r = try await ask(["op": .string("stop")])
            }
        }
        let res = StatementResult(printed: r.printed ?? [], assigned: r.assigned ?? [])
        switch r.kind {
        case "completed": return .completed(res)
        case "raised": return .raised(res, traceback: r.traceback ?? "")
        case "stopped": return .stopped(res)
        default: return .placeholder(PlaceholderCall(name: r.name ?? "", signature: r.signature ?? "", inputs: r.inputs ?? [], outputs: r.outputs ?? [], variables: r.variables ?? []))
        }
    }
}
