import FoundationEssentials
import Trajectories

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A Python program of ours that answers one line of JSON with one line of JSON, as long as its owner keeps it.
///
/// One request is under way at a time, so what is held is one request and one answer. Its input closes when the owner lets go,
/// or dies: then it ends by itself.
final class PythonHelper {
    /// What no answer in time means.
    struct TooSlow: Error, CustomStringConvertible {
        var failing: String
        var limit: Duration

        var description: String { "\(failing): no answer came within \(limit.components.seconds) s." }
    }

    /// What it is for, in messages: `Parquet files cannot be written`.
    private let failing: String
    private let process: pid_t
    private let requests: CInt
    private let answers: CInt
    /// What it says on standard error: shown as others' words are, not by itself.
    private let complaints: CInt
    private let limit: Duration
    private var unread: [UInt8] = []

    /// Starts a program.
    /// - Parameters:
    ///   - source: its text, which talks as `line_protocol.py` does.
    ///   - failing: what cannot be done without it, in words.
    ///   - limit: how long an answer may take.
    /// - Throws: ``CommandFailure`` (`missingProgram`) where there is no such interpreter.
    init(_ source: [UInt8], python: String, failing: String, limit: Duration) throws {
        var toHelper: [CInt] = [-1, -1]
        var fromHelper: [CInt] = [-1, -1]
        var complaints: [CInt] = [-1, -1]
        // Sockets, which can be made so that no program that is started meanwhile holds an end of them.
        let kind = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &toHelper) == 0, socketpair(AF_UNIX, kind, 0, &fromHelper) == 0,
            socketpair(AF_UNIX, kind, 0, &complaints) == 0
        else {
            throw CommandFailure(
                .failed, "\(failing): no line to it can be opened (\(Self.words(of: errno))).")
        }
        let (result, process) = Self.spawn(
            python,
            ["-I", "-B", "-c", String(decoding: PackageResources.line_protocol_py + source, as: UTF8.self)],
            input: toHelper[0],
            output: fromHelper[1], errors: complaints[1])
        close(toHelper[0])
        close(fromHelper[1])
        close(complaints[1])
        _ = fcntl(complaints[0], F_SETFL, O_NONBLOCK)
        self.complaints = complaints[0]
        (self.process, requests, answers) = (process, toHelper[1], fromHelper[0])
        (self.failing, self.limit) = (failing, limit)
        guard result == 0 else {
            throw CommandFailure(
                .missingProgram,
                "\(failing): \(python) cannot be started (\(Self.words(of: result))). Run make setup, or say in "
                    + "\(Machine.pythonVariable) where a Python with the packages of requirements.txt is.")
        }
    }

    deinit {
        close(requests)
        close(answers)
        relayComplaints()
        close(complaints)
        guard process > 0 else { return }
        var status: CInt = 0
        let deadline = ContinuousClock.now + .seconds(5)
        while waitpid(process, &status, WNOHANG) == 0, ContinuousClock.now < deadline { usleep(2_000) }
        kill(process, SIGKILL)
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
    }

    /// Asks, and waits for the answer. Where none comes, or nobody waits any longer, the program ends.
    /// - Throws: ``CommandFailure`` where it ended; ``TooSlow`` where it takes longer than it may; `CancellationError`.
    func ask<Answer: Decodable>(_ request: some Encodable, for type: Answer.Type) throws -> Answer {
        try send(try CanonicalJSON.encode(request) + [UInt8(ascii: "\n")])
        return try CanonicalJSON.decode(type, from: try receive())
    }

    private func send(_ line: [UInt8]) throws {
        var start = 0
        while start < line.count {
            let count = line[start...].withUnsafeBytes { write(requests, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw ended() }
            start += count
        }
    }

    private func receive() throws -> [UInt8] {
        let deadline = ContinuousClock.now + limit
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        var searched = 0
        while true {
            if let end = unread[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                defer { unread.removeSubrange(...end) }
                return Array(unread[..<end])
            }
            searched = unread.count
            try wait(until: deadline)
            let count = read(answers, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw ended() }
            unread += chunk[..<count]
            guard unread.count <= Self.answerByteLimit else {
                kill(process, SIGKILL)
                throw CommandFailure(
                    .badData,
                    "\(failing): an answer has more than \(Self.answerByteLimit >> 20) MiB, the most that is read."
                )
            }
        }
    }

    private func wait(until deadline: ContinuousClock.Instant) throws {
        while true {
            let left = ContinuousClock.now.duration(to: deadline)
            guard left > .zero, !Task.isCancelled else {
                kill(process, SIGKILL)
                try Task.checkCancellation()
                throw TooSlow(failing: failing, limit: limit)
            }
            var waiting = pollfd(fd: answers, events: Int16(POLLIN), revents: 0)
            let ready = poll(&waiting, 1, Self.longestWait)
            // One that waits for somebody to read its complaints answers nothing.
            relayComplaints()
            if ready > 0 { return }
            if ready < 0, errno != EINTR { throw ended() }
        }
    }

    private func relayComplaints() {
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        let count = read(complaints, &chunk, chunk.count)
        guard count > 0 else { return }
        StandardError.relay(String(decoding: chunk[..<count], as: UTF8.self))
    }

    private func ended() -> CommandFailure {
        relayComplaints()
        return CommandFailure(
            .failed,
            "\(failing): the Python program that does it ended before it answered; what it said is above. If nothing is, "
                + "it was killed, as when memory runs out. Run again.")
    }

    private static func spawn(
        _ program: String, _ arguments: [String], input: CInt, output: CInt, errors: CInt
    ) -> (result: CInt, process: pid_t) {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO)
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        let words: [String] = [program] + arguments
        let variables: [String] = ["PATH=\(path)", "PYTHONUTF8=1"]
        let arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        let environment: [UnsafeMutablePointer<CChar>?] = variables.map { strdup($0) } + [nil]
        defer { (arguments + environment).forEach { free($0) } }
        var process: pid_t = 0
        let result = posix_spawnp(&process, program, &actions, nil, arguments, environment)
        return (result, result == 0 ? process : 0)
    }

    /// What an answer may have: a rendered conversation is a small part of it.
    private static let answerByteLimit = 256 << 20

    /// Milliseconds after which it is looked whether anybody waits still.
    private static let longestWait: CInt = 200

    private static func words(of number: CInt) -> String { String(cString: strerror(number)) }
}
