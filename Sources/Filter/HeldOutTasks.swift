import JSONLines
import Trajectories

/// The task instances of an environment that training data must not hold: those of its dev and test splits, as the digests
/// of what an agent is given at their beginning.
public struct HeldOutTasks: Codable, Sendable, Hashable {
    /// The schema this module reads and writes.
    public static let schemaName = "recode.held-out.v1"

    /// One instance.
    public struct Instance: Codable, Sendable, Hashable {
        /// `environment/task/variation`.
        public var taskID: String
        /// Where the environment files it: dev or test.
        public var split: Split
        /// See ``TaskTexts/instance``.
        public var instance: String
        /// See ``TaskTexts/instruction``.
        public var instruction: String

        enum CodingKeys: String, CodingKey {
            case split, instance, instruction
            case taskID = "task_id"
        }

        /// Takes the digests of an instance's texts.
        public init(taskID: String, split: Split, texts: TaskTexts) {
            self.taskID = taskID
            self.split = split
            instance = texts.instance
            instruction = texts.instruction
        }
    }

    /// Always ``schemaName``.
    public var schema: String
    /// The environment's name.
    public var environment: String
    /// The version of the package that simulates it.
    public var version: String
    /// What else shapes the world: under other options instances begin with other texts.
    public var options: [String: JSONValue]
    /// The instances, by split and task.
    public var instances: [Instance]

    /// Makes a list from its parts.
    public init(
        environment: String, version: String, options: [String: JSONValue], instances: [Instance]
    ) {
        schema = Self.schemaName
        self.environment = environment
        self.version = version
        self.options = options
        self.instances = instances
    }
}

/// What an agent is given at the beginning of a task instance, as digests: lower-case words and digits alone count.
public struct TaskTexts: Sendable, Hashable {
    /// 16 hex digits of the SHA-256 of instruction and initial observation, normalised.
    public let instance: String
    /// 16 hex digits of the SHA-256 of the instruction, normalised.
    public let instruction: String

    /// Normalises and digests.
    public init(instruction: String, initialObservation: String) {
        let task = NormalizedText.worded(instruction)
        let whole = "\(task)\n\(NormalizedText.worded(initialObservation))"
        self.instruction = String(Digest.sha256Hex(of: task.utf8).prefix(16))
        instance = String(Digest.sha256Hex(of: whole.utf8).prefix(16))
    }
}

extension HeldOutTasks: SchemaRecord {
    /// Writes the list as one line of JSON, gzipped where the name ends in `.gz`; the file appears whole or not at all.
    /// - Throws: `unwritable`.
    public func write(to path: String) throws(FilterError) {
        do {
            let writer = try AtomicLinesWriter(
                path: path, compression: path.hasSuffix(".gz") ? .gzip : .none)
            try writer.append(try CanonicalJSON.encode(self))
            _ = try writer.finish()
        } catch let error as JSONLinesError {
            throw FilterError(.unwritable, error.message, cause: error.cause)
        } catch {
            throw FilterError(.unwritable, "\(path): cannot be written as JSON", cause: "\(error)")
        }
    }

    private func check() throws(RecordProblem) {
        for (index, instance) in instances.enumerated() {
            let key = "instances[\(index)]"
            guard instance.split != .train else {
                throw RecordProblem(keyPath: "\(key).split", message: "is train, expected dev or test")
            }
            for (name, digest) in [
                ("instance", instance.instance), ("instruction", instance.instruction),
            ]
            where digest.utf8.count != 16 || !digest.utf8.allSatisfy({ "0123456789abcdef".utf8.contains($0) })
            {
                throw RecordProblem(
                    keyPath: "\(key).\(name)", message: "is \"\(digest.prefix(40))\", expected 16 hex digits")
            }
        }
    }

    /// Reads a list, gzipped or not.
    /// - Throws: `badHeldOutFile` naming the file and the key at fault; `unreadable`.
    public static func read(_ path: String) throws(FilterError) -> HeldOutTasks {
        let advice = "Make it anew with recode-data held-out."
        let lines: [JSONLine]
        do {
            let reader = try JSONLinesReader(path: path)
            lines = [try reader.next(), try reader.next()].compactMap(\.self)
        } catch {
            let isThere = error.code != .notFound && error.code != .cannotRead
            throw FilterError(isThere ? .badHeldOutFile : .unreadable, error.message, cause: error.cause)
        }
        do throws(RecordProblem) {
            if lines.count > 1 {
                throw RecordProblem(keyPath: "", message: "it has several lines, expected one list")
            }
            let list = try RecordProblem.decode(HeldOutTasks.self, from: lines.first?.bytes ?? [])
            try list.check()
            return list
        } catch {
            throw FilterError(.badHeldOutFile, "\(path): no \(schemaName) file: \(error.text). \(advice)")
        }
    }
}
