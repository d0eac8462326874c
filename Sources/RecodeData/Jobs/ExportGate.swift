import Export
import Filter
import JSONLines
import Trajectories

/// The leakage gate of an export, and whether it is lifted.
struct ExportGate: Sendable {
    /// The gate.
    var gate: LeakageGate
    /// Whether what leaks is exported all the same.
    var isLifted: Bool
    /// The lists it goes by: their names without folders, and checksums.
    var lists: [SelectionSource]

    /// Reads what the gate goes by.
    ///
    /// - Parameters:
    ///   - exclude: a file of task ids that must not be trained on.
    ///   - heldOut: lists of held-out instances beside the program's own.
    ///   - isLifted: whether what leaks is exported all the same; then the program's own lists need not be there.
    /// - Throws: `FilterError` naming a list that cannot be read; ``CommandFailure`` for the list of exclusions.
    init(exclude: String? = nil, heldOut: [String] = [], isLifted: Bool = false) throws {
        let own = isLifted ? (try? ProgramData.heldOutLists()) ?? [] : try ProgramData.heldOutLists()
        gate = LeakageGate(
            exclusions: try exclude.map(Self.exclusions) ?? Exclusions(),
            heldOut: try (own + heldOut).map(HeldOutTasks.read))
        self.isLifted = isLifted
        lists = try ((exclude.map { [$0] } ?? []) + own + heldOut).map { path in
            SelectionSource(
                name: path.split(separator: "/").last.map(String.init) ?? path,
                sha256: try FileDigest.ofFile(path, lineCount: 0).sha256)
        }
    }

    /// The same with the lists that an export's pipeline made beside it, where the export went by them.
    /// - Throws: `FilterError` naming a list that cannot be read.
    func adding(listsOf manifest: ExportManifest, beside directory: String) throws -> ExportGate {
        let missing = manifest.leakage.lists.filter { listed in !lists.contains { $0.sha256 == listed.sha256 }
        }
        var gate = self
        for list in missing {
            let path = "\(directory)/../../held-out/\(list.name)"
            guard Directory.isPresent(path), try FileDigest.ofFile(path, lineCount: 0).sha256 == list.sha256
            else { continue }
            gate.gate.add(try HeldOutTasks.read(path))
            gate.lists.append(SelectionSource(name: list.name, sha256: list.sha256))
        }
        return gate
    }

    private static func exclusions(in file: String) throws -> Exclusions {
        let bytes: [UInt8]
        do {
            bytes = try AtomicFile.read(file)
        } catch {
            throw CommandFailure(.badData, error.message)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CommandFailure(.badData, "\(file): is no UTF-8 text, expected a task id on each line.")
        }
        return try Exclusions(list: text, file: file)
    }
}

/// What a gate said of the trajectories of one export.
struct GateTally {
    private(set) var leaks: [LeakageGate.Leak] = []
    private(set) var sameInstruction = 0
    private(set) var notCompared = 0

    mutating func add(_ verdict: LeakageGate.Verdict) {
        switch verdict {
        case .leak(let leak): leaks.append(leak)
        case .sameInstruction: sameInstruction += 1
        case .notCompared: notCompared += 1
        case .clean: break
        }
    }

    /// How many leak, by reason.
    var countsByReason: [String: Int] {
        Dictionary(leaks.map { ($0.reason.rawValue, 1) }, uniquingKeysWith: +)
    }

    /// What a manifest says of it.
    func account(of gate: ExportGate) -> ExportLeakage {
        ExportLeakage(
            gate: gate.isLifted ? .lifted : .on, leaks: countsByReason, sameInstruction: sameInstruction,
            notCompared: notCompared,
            lists: gate.lists.map { ExportSource(name: $0.name, sha256: $0.sha256) })
    }

    /// Why an export to `directory` is refused.
    func refusal(of directory: String) -> CommandFailure {
        let counts = LeakageGate.Reason.allCases.compactMap { reason in
            countsByReason[reason.rawValue].map { "\($0) \(reason.rawValue)" }
        }
        let first = leaks.prefix(3).map { "\($0.taskID) (trajectory \($0.trajectoryID)) \($0.detail)" }
        let many = leaks.count == 1 ? "trajectory" : "trajectories"
        return CommandFailure(
            .badData,
            "\(directory): \(leaks.count) \(many) must not be trained on (\(counts.joined(separator: ", "))): "
                + first.joined(separator: "; ") + (leaks.count > first.count ? "; …" : "")
                + ". Nothing was written. Leave them out (recode-data filter --drop-leaks, with the same --exclude and --held-out; "
                + "in a pipeline file leakage.drop: true), or lift the gate (--allow-leakage; leakage.allow: true), which the manifest says. docs/selection.md "
                + "says what leaks.")
    }
}
