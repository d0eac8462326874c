import FoundationEssentials
import Glibc
import Testing

@testable import TraceGen

/// Where control groups are made, and what is written to them: in directories that look like a hierarchy of version 2, and
/// in the machine's own where it has one.
@Suite(.serialized) struct ControlGroupsTests {
    private static let mounts = """
        22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
        31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
        35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
        41 31 0:38 / /sys/fs/cgroup/unified rw,relatime shared:9 - cgroup2 cgroup2 rw
        """

    @Test(arguments: [
        ("4:memory:/a\n0::/user.slice/run.scope\n", true, ["", "/user.slice/run.scope", "/user.slice"]),
        ("0::/user.slice/run.scope\n", false, ["/user.slice/run.scope", "/user.slice"]),
        ("0::/\n", true, [""]), ("0::/one\n", false, ["/one"]), ("0::/../other\n", true, [""]),
    ])
    func placesAreTheRootForRootThenTheOwnGroupThenTheOneAbove(
        membership: String, isRoot: Bool, places: [String]
    ) throws {
        #expect(
            try ControlGroups.candidates(mounts: Self.mounts, membership: membership, isRoot: isRoot)
                == places.map { "/sys/fs/cgroup/unified" + $0 })
    }

    @Test func aMountOfAPartOfTheHierarchyIsSeenAsThatPart() throws {
        let mounts = "41 31 0:38 /docker/abc /sys/fs/cgroup ro,nosuid - cgroup2 cgroup rw\n"
        #expect(
            try ControlGroups.candidates(mounts: mounts, membership: "0::/docker/abc/own/leaf", isRoot: false)
                == ["/sys/fs/cgroup/own/leaf", "/sys/fs/cgroup/own"])
        // Elsewhere in the hierarchy: nothing of it can be seen.
        #expect(
            throws: ControlGroups.Unavailable(
                description: "only root may make control groups below /sys/fs/cgroup")
        ) { try ControlGroups.candidates(mounts: mounts, membership: "0::/docker/abcd/own", isRoot: false) }
    }

    @Test(arguments: [
        (
            "22 1 254:0 / / rw - ext4 /dev/vda rw", "0::/a",
            "no hierarchy of control groups (cgroup v2) is mounted"
        ),
        (mounts, "4:memory:/a", "this process is in no control group (cgroup v2)"),
        (mounts, "0::/", "only root may make control groups below /sys/fs/cgroup/unified"),
        ("", "", "no hierarchy of control groups (cgroup v2) is mounted"),
    ])
    func aMachineWithoutAPlaceIsTold(mounts: String, membership: String, reason: String) {
        #expect(throws: ControlGroups.Unavailable(description: reason)) {
            try ControlGroups.candidates(mounts: mounts, membership: membership, isRoot: false)
        }
    }

    private func withDirectory<R>(_ files: [String: String], _ body: (String) async throws -> R) async throws
        -> R
    {
        let directory = FileManager.default.temporaryDirectory.appending(path: "recode-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        for (name, text) in files {
            try Data(text.utf8).write(to: directory.appending(path: name))
        }
        return try await body(directory.path)
    }

    @Test func aGroupHoldsTheLimitsOfItsEpisode() async throws {
        let files = ["cgroup.controllers": "cpuset cpu io memory pids\n", "cgroup.subtree_control": "cpu\n"]
        try await withDirectory(files) { directory in
            let groups = try ControlGroups.make(in: ["/nowhere", directory])
            #expect(groups.controllers == ["memory", "pids", "cpu"])
            #expect(ControlGroups.text(of: "\(directory)/cgroup.subtree_control") == "+memory +pids")
            #expect(ControlGroups.text(of: "\(groups.path)/cgroup.subtree_control") == "+memory +pids +cpu")
            let first = try groups.makeGroup(memoryByteCount: 512 << 20)
            let second = try groups.makeGroup(memoryByteCount: 1 << 20)
            #expect(first.path != second.path)
            let limits = ["memory.max", "memory.swap.max", "pids.max", "cpu.max"].map {
                ControlGroups.text(of: "\(first.path)/\($0)")
            }
            #expect(limits == ["\(640 << 20)", "0", "1", "100000 100000"])
            #expect(ControlGroups.text(of: "\(second.path)/memory.max") == "\(129 << 20)")
            let joining = try first.openForJoining()
            #expect(joining.send([]) == false || ControlGroups.text(of: "\(first.path)/cgroup.procs").isEmpty)
        }
    }

    @Test func onlyControllersThatAreThereAreSet() async throws {
        try await withDirectory(["cgroup.controllers": "memory hugetlb"]) { directory in
            let groups = try ControlGroups.make(in: [directory])
            let group = try groups.makeGroup(memoryByteCount: 1 << 20)
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: group.path).sorted()
                    == ["memory.max", "memory.swap.max"])
        }
    }

    @Test(arguments: ["hugetlb\n", "", "cpu pids\n"])
    func withoutAMemoryControllerThereAreNone(controllers: String) async throws {
        try await withDirectory(["cgroup.controllers": controllers]) { directory in
            let list = controllers.split(whereSeparator: \.isWhitespace).joined(separator: ", ")
            #expect(
                throws: ControlGroups.Unavailable(
                    description:
                        "\(directory) has no memory controller (it has: \(list.isEmpty ? "none" : list))")
            ) { try ControlGroups.make(in: [directory]) }
        }
    }

    @Test(arguments: [
        (
            "low 0\nhigh 0\nmax 4\noom 1\noom_kill 1\n",
            "it reached the memory limit of its control group (oom_kill 1)"
        ),
        ("max 4\noom 1\noom_kill 0\noom_group_kill 0\n", nil), ("", nil), ("oom_kill nonsense", nil),
        ("oom_kill 12", "it reached the memory limit of its control group (oom_kill 12)"),
    ])
    func theKernelsWordsSayThatMemoryRanOut(events: String, words: String?) async throws {
        try await withDirectory(["memory.events": events]) { directory in
            #expect(ControlGroup(path: directory, memoryByteCount: 0).memoryLimitWords == words)
        }
    }

    @Test func whatDeadProcessesLeftIsRemovedAndWhatOthersHaveIsKept() async throws {
        try await withDirectory(["cgroup.controllers": "memory"]) { directory in
            let process = try await Self.endedProcess()
            let names = [
                "recode-data-\(process)-1/episode-1", "recode-data-\(getppid())-1", "recode-data-x", "other",
            ]
            for name in names {
                try FileManager.default.createDirectory(
                    atPath: "\(directory)/\(name)", withIntermediateDirectories: true)
            }
            _ = try ControlGroups.make(in: [directory])
            let left = try FileManager.default.contentsOfDirectory(atPath: directory)
            #expect(Set(left).isSuperset(of: ["recode-data-\(getppid())-1", "recode-data-x", "other"]))
            #expect(!left.contains("recode-data-\(process)-1"))
        }
    }

    /// The number of a process that is no more.
    private static func endedProcess() async throws -> Int32 {
        let launch = WorkerLaunch(program: "/bin/sh", arguments: ["-c", "echo $$"])
        let line = try await launch.withWorker { try await $0.receive(within: .seconds(60)) }
        return try #require(Int32(String(decoding: line, as: UTF8.self)))
    }

    /// With a hierarchy of this machine, where this process may make groups in it: no controllers are needed to join one.
    @Test(
        .enabled(if: ownHierarchy != nil, "no hierarchy of version 2 in which this process may make groups"))
    func anExecutorJoinsARealGroupWhichIsGoneAfterwards() async throws {
        let place = try #require(Self.ownHierarchy)
        let groups = ControlGroups(path: "\(place)/recode-data-\(getpid())-test", controllers: [])
        #expect(mkdir(groups.path, 0o755) == 0)
        let sandbox = PythonSandbox(
            mode: try .findBubblewrap(path: nil), limits: TestSandbox.limits, python: try await .find(),
            groups: groups)
        try await sandbox.withExecutor(seed: 1) { executor in
            try await executor.complete("x = 1")
            let group = "\(groups.path)/episode-1"
            let members = ControlGroups.text(of: "\(group)/cgroup.procs").split(separator: "\n").compactMap {
                Int32($0)
            }
            #expect(members.count == 1)
            // The executor itself, and not its keeper.
            let status = ControlGroups.text(of: "/proc/\(members.first ?? 0)/status")
            #expect(status.contains("Seccomp:\t2"))
        }
        #expect(access("\(groups.path)/episode-1", F_OK) != 0)
        #expect(access(groups.path, F_OK) == 0)
    }

    private static let ownHierarchy: String? = {
        let places = try? ControlGroups.candidates(
            mounts: ControlGroups.text(of: "/proc/self/mountinfo"),
            membership: ControlGroups.text(of: "/proc/self/cgroup"), isRoot: geteuid() == 0)
        return places?.first { place in
            let trial = "\(place)/recode-data-trial-\(getpid())"
            guard mkdir(trial, 0o755) == 0 else { return false }
            return rmdir(trial) == 0
        }
    }()
}
