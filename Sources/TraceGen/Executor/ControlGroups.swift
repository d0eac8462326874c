import FoundationEssentials
import Glibc
import Subprocess
import Synchronization

/// A control group (cgroup v2) for each episode, where the system lets us make one: the kernel then counts memory that
/// no limit on an address space sees.
///
/// What holds the groups is made below the root of the hierarchy as root, else below a group that was delegated to
/// the program's user. A group with members can have no controllers for groups below it (the kernel says EBUSY), so
/// the program's own group seldom serves, and the one above it does where it was delegated.
///
/// Tested with a hierarchy without controllers and with directories that look like one with them. That the kernel keeps the
/// limits once they are written could not be tried on a machine whose controllers are those of version 1.
final class ControlGroups: Sendable {
    /// The directory that holds the groups of episodes.
    let path: String
    /// What is limited in them.
    let controllers: [String]
    private let count = Mutex(0)

    /// Why there are none.
    struct Unavailable: Error, Sendable, Hashable, CustomStringConvertible {
        var description: String
    }

    /// The controllers that an episode's limits are for.
    static let wanted = ["memory", "pids", "cpu"]
    private static let prefix = "recode-data-"

    init(path: String, controllers: [String]) {
        self.path = path
        self.controllers = controllers
    }

    deinit {
        Self.remove(path)
    }

    /// Makes a group for one episode, its limits set.
    /// - Throws: ``Unavailable``.
    func makeGroup(memoryByteCount: Int) throws -> ControlGroup {
        let number = count.withLock { count in
            count += 1
            return count
        }
        let group = ControlGroup(path: "\(path)/episode-\(number)", memoryByteCount: memoryByteCount)
        try Self.makeDirectory(group.path)
        do {
            for (file, value) in group.settings where controllers.contains(where: file.hasPrefix) {
                // No machine has to count swap.
                if let problem = Self.write(value, to: "\(group.path)/\(file)"), file != "memory.swap.max" {
                    throw problem
                }
            }
        } catch {
            group.remove()
            throw error
        }
        return group
    }

    // MARK: - Finding a place

    /// Finds the place for this process's episodes and makes what holds them.
    /// - Throws: ``Unavailable``, in words for the user.
    static func make() async throws -> ControlGroups {
        let candidates = try candidates(
            mounts: text(of: "/proc/self/mountinfo"), membership: text(of: "/proc/self/cgroup"),
            isRoot: geteuid() == 0)
        let groups = try make(in: candidates)
        try await groups.tryJoining()
        return groups
    }

    /// The first of some directories of the hierarchy in which groups can be made.
    static func make(in candidates: [String]) throws -> ControlGroups {
        var problems: [String] = []
        for candidate in candidates {
            do {
                return try make(in: candidate)
            } catch let problem as Unavailable {
                problems.append(problem.description)
            }
        }
        throw Unavailable(description: problems.joined(separator: "; "))
    }

    /// Where groups could be made, best first.
    ///
    /// - Parameters:
    ///   - mounts: the process's mounts, as /proc/self/mountinfo tells them (proc_pid_mountinfo(5)).
    ///   - membership: the process's groups, as /proc/self/cgroup tells them: that of version 2 has the number 0.
    ///   - isRoot: whether the process may write anywhere.
    static func candidates(mounts: String, membership: String, isRoot: Bool) throws -> [String] {
        let mount = mounts.split(separator: "\n").lazy.compactMap { line -> (root: String, point: String)? in
            let halves = line.split(separator: " - ", maxSplits: 1)
            guard halves.count == 2, halves[1].hasPrefix("cgroup2 ") else { return nil }
            let fields = halves[0].split(separator: " ").map(String.init)
            return fields.count > 4 ? (fields[3], fields[4]) : nil
        }.first
        guard let mount else {
            throw Unavailable(description: "no hierarchy of control groups (cgroup v2) is mounted")
        }
        guard
            let own = membership.split(separator: "\n").first(where: { $0.hasPrefix("0::/") })?.dropFirst(3)
        else { throw Unavailable(description: "this process is in no control group (cgroup v2)") }
        var places = isRoot ? [mount.point] : []
        let root = mount.root == "/" ? "" : mount.root
        if own.hasPrefix(root + "/") || own == root, !own.contains("/..") {
            let inside = own.dropFirst(root.count).split(separator: "/")
            // From the process's own group one step up.
            for count in [inside.count, inside.count - 1] where count > 0 {
                places.append("\(mount.point)/\(inside.prefix(count).joined(separator: "/"))")
            }
        }
        guard !places.isEmpty else {
            throw Unavailable(description: "only root may make control groups below \(mount.point)")
        }
        return places
    }

    private static func make(in parent: String) throws -> ControlGroups {
        let there = words(of: "\(parent)/cgroup.controllers")
        let controllers = wanted.filter(there.contains)
        guard controllers.contains("memory") else {
            let list = there.isEmpty ? "none" : there.joined(separator: ", ")
            throw Unavailable(description: "\(parent) has no memory controller (it has: \(list))")
        }
        removeLeftovers(in: parent)
        let path = "\(parent)/\(prefix)\(getpid())-\(number.wrappingAdd(1, ordering: .relaxed).newValue)"
        try makeDirectory(path)
        do {
            // Below the parent first: a group has the controllers that the one above it gives out.
            for directory in [parent, path] {
                let enabled = words(of: "\(directory)/cgroup.subtree_control")
                let missing = controllers.filter { !enabled.contains($0) }.map { "+\($0)" }
                guard !missing.isEmpty else { continue }
                if let problem = write(
                    missing.joined(separator: " "), to: "\(directory)/cgroup.subtree_control")
                {
                    throw problem
                }
            }
        } catch {
            remove(path)
            throw error
        }
        return ControlGroups(path: path, controllers: controllers)
    }

    private static let number = Atomic(0)

    /// Moves a process of no other use, for the right to make groups is not yet the right to fill them.
    private func tryJoining() async throws {
        let trial = "\(path)/trial"
        try Self.makeDirectory(trial)
        defer { ControlGroup(path: trial, memoryByteCount: 0).remove() }
        let result = try? await Subprocess.run(
            .path("/bin/sh"), arguments: ["-c", "echo 0 > \"$1\"", "sh", "\(trial)/cgroup.procs"],
            output: .discarded, error: .discarded)
        guard result?.terminationStatus.isSuccess == true else {
            throw Unavailable(description: "processes of this program may not be moved to \(path)")
        }
    }
}

extension ControlGroups {
    /// Groups of processes of ours that are no more.
    private static func removeLeftovers(in parent: String) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
        where name.hasPrefix(prefix) {
            let number = name.dropFirst(prefix.count).split(separator: "-").first.flatMap { pid_t($0) }
            if let number, kill(number, 0) != 0, errno == ESRCH { remove("\(parent)/\(name)") }
        }
    }

    private static func remove(_ path: String) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] {
            rmdir("\(path)/\(name)")
        }
        rmdir(path)
    }

    private static func makeDirectory(_ path: String) throws {
        guard mkdir(path, 0o755) == 0 else {
            throw Unavailable(description: "\(path) cannot be made (\(String(cString: strerror(errno))))")
        }
    }

    /// - Returns: what went wrong.
    static func write(_ text: String, to path: String) -> Unavailable? {
        // In the kernel's file system every file is there already; O_CREAT is for directories that look like it.
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        defer { close(file) }
        guard file >= 0, Glibc.write(file, text, text.utf8.count) == text.utf8.count else {
            return Unavailable(
                description: "\(path) does not take \(text) (\(String(cString: strerror(errno))))")
        }
        return nil
    }

    static func text(of path: String) -> String {
        guard let file = fopen(path, "re") else { return "" }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        return String(decoding: bytes[..<fread(&bytes, 1, bytes.count, file)], as: UTF8.self)
    }

    private static func words(of path: String) -> [String] {
        text(of: path).split(whereSeparator: \.isWhitespace).map(String.init)
    }
}

/// The control group of one episode.
struct ControlGroup: Sendable {
    let path: String
    /// What the executor's own limit on its address space is.
    let memoryByteCount: Int

    /// Above that limit, which an honest block runs into first and is told of: page tables and other memory of the
    /// kernel's, and what the executor keeps back to tell of the failure.
    private static let headroomByteCount = 128 << 20

    /// Files and what is written to them. One process, which never has more than one thread.
    var settings: [(file: String, value: String)] {
        [
            ("memory.max", "\(memoryByteCount + Self.headroomByteCount)"), ("memory.swap.max", "0"),
            ("pids.max", "1"), ("cpu.max", "100000 100000"),
        ]
    }

    /// A descriptor to which a process writes `0` to join.
    func openForJoining() throws -> OwnedDescriptor {
        let file = open("\(path)/cgroup.procs", O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
        guard file >= 0 else {
            throw ControlGroups.Unavailable(
                description: "\(path) cannot be joined (\(String(cString: strerror(errno))))")
        }
        return OwnedDescriptor(file)
    }

    /// In the system's words, where the kernel has killed a process for want of memory within the limit.
    var memoryLimitWords: String? {
        let events = ControlGroups.text(of: "\(path)/memory.events").split(separator: "\n")
        let kills =
            events.first { $0.hasPrefix("oom_kill ") }?.split(separator: " ").last.flatMap { Int($0) } ?? 0
        guard kills > 0 else { return nil }
        return "it reached the memory limit of its control group (oom_kill \(kills))"
    }

    /// Removes the group, ending what may still be in it.
    func remove() {
        guard rmdir(path) != 0, errno == EBUSY else { return }
        _ = ControlGroups.write("1", to: "\(path)/cgroup.kill")
        rmdir(path)
    }
}
