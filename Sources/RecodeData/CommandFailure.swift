import Decompose
import Export
import Filter
import Import
import JSONLines
import LanguageModels
import Prompts
import Tokens
import TraceGen
import Trajectories

/// Why a command ended without its result: what is said on standard error, and the exit code.
///
/// The one place that gives errors their exit codes (docs of every command list them).
struct CommandFailure: Error, Sendable, Hashable {
    /// The exit codes of the command line.
    enum Code: Int32, Sendable, Hashable {
        /// It was tried and did not work.
        case failed = 1
        /// An option, a name or a pipeline file that cannot be used.
        case badUsage = 64
        /// A file's content is not what it should be.
        case badData = 65
        /// A program or service the machine lacks.
        case missingProgram = 69
        /// Stopped from outside; the same command goes on.
        case interrupted = 130
    }

    /// The exit code.
    var code: Code
    /// What failed, on what, why, and what to do.
    var message: String

    /// Makes a failure from its parts.
    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// Words any error a command can end with.
    init(describing error: any Error) {
        switch error {
        case let error as CommandFailure: self = error
        case let error as PipelineFileError: self.init(.badUsage, error.description)
        case let error as TraceGenError: self.init(Self.code(of: error), error.description)
        case let error as TrajectoriesError: self.init(Self.code(of: error), error.description)
        case let error as DecomposeError:
            self.init(error.code == .malformedTree ? .badData : .badUsage, error.description)
        case let error as PromptsError: self.init(Self.code(of: error), error.description)
        case let error as ModelFailure: self.init(Self.code(of: error), error.description)
        case let error as FilterError: self.init(Self.code(of: error), error.description)
        case let error as ExportError:
            self.init(error.code == .foreignDirectory ? .badUsage : .badData, error.description)
        case let error as TokensError:
            self.init(error.code == .unreadable ? .failed : .badData, error.description)
        case let error as ImportError: self.init(Self.code(of: error), error.description)
        case let error as JSONLinesError: self.init(Self.code(of: error), error.description)
        case is CancellationError: self = .interruption
        default: self.init(.failed, "\(error)")
        }
    }

    /// What is said when a signal ended the command.
    static let interruption = CommandFailure(.interrupted, "interrupted.")

    private static func code(of error: TraceGenError) -> Code {
        switch error.code {
        case .missingProgram: .missingProgram
        case .badRequest: .badUsage
        case .badReplay, .badData: .badData
        case .workerFailed, .workerLost, .workerUnavailable, .stepRefused, .executorLost: .failed
        }
    }

    private static func code(of error: PromptsError) -> Code {
        switch error.code {
        case .unknownEnvironment: .badUsage
        case .missingText: .missingProgram
        case .badText: .badData
        }
    }

    private static func code(of error: ModelFailure) -> Code {
        switch error.code {
        case .unavailable: .missingProgram
        case .refusedKey, .notFound, .badRequest: .badUsage
        case .contextTooLong, .noCompletion, .timedOut: .failed
        }
    }

    private static func code(of error: ImportError) -> Code {
        switch error.code {
        case .notStated: .badUsage
        case .badData, .rewardScale, .ambiguousLog, .notFound: .badData
        case .unreadable: .failed
        }
    }

    private static func code(of error: JSONLinesError) -> Code {
        switch error.code {
        case .notFound, .truncated, .corrupt, .lineTooLong: .badData
        case .cannotRead, .cannotWrite, .busy: .failed
        case .cancelled: .interrupted
        }
    }

    private static func code(of error: TrajectoriesError) -> Code {
        switch error.code {
        case .badRecord, .badRun, .truncated, .corrupt, .notFound: .badData
        case .alreadyThere, .otherRecipe: .badUsage
        case .busy, .incomplete, .unreadable, .unwritable: .failed
        }
    }

    private static func code(of error: FilterError) -> Code {
        switch error.code {
        case .badCriteria: .badUsage
        case .badSelectionFile, .badHeldOutFile, .unreadable: .badData
        case .unwritable: .failed
        }
    }
}
