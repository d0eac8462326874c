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
    /// The checksums of the files it goes by.
    var checksums: [String]

    /// Reads what the gate goes by.
    ///
    /// - Parameters:
    ///   - exclude: a file of task ids that must not be trained on.
    ///   - heldOut: lists of held-out instances beside the program's own.
    ///   - isLifted: whether what leaks is exported all the same.
    /// - Throws: `FilterError` naming a list that cannot be read; ``CommandFailure`` for the list of exclusions.
    init(exclude: String? = nil, heldOut: [String] = [], isLifted: Bool = false) throws {
        var exclusions = Exclusions()
        if let exclude {
            let bytes: [UInt8]
            do {
                bytes = try AtomicFile.read(exclude)
            } catch {
                throw CommandFailure(.badData, error.message)
            }
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw CommandFailure(
                    .badData, "\(exclude): is no UTF-8 text, expected a task id on each line.")
            }
            exclusions = Exclusions(list: text)
        }
        let lists = try ProgramData.heldOutLists() + heldOut
        gate = LeakageGate(exclusions: exclusions, heldOut: try lists.map(HeldOutTasks.read))
        checksums = try ([exclude].compactMap(\.self) + lists).map {
            try FileDigest.ofFile($0, lineCount: 0).sha256
        }
        self.isLifted = isLifted
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
    func account(isLifted: Bool) -> ExportLeakage {
        ExportLeakage(
            gate: isLifted ? .lifted : .on, leaks: countsByReason, sameInstruction: sameInstruction,
            notCompared: notCompared)
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
                + ". Nothing was written. Leave them out (recode-data filter --drop-leaks; in a pipeline file leakage.drop: true), "
                + "or lift the gate (--allow-leakage; leakage.allow: true), which the manifest says. docs/selection.md "
                + "says what leaks.")
    }
}
