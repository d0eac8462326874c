import Glibc

/// The memory of this process and all it has started, while something runs.
enum PeakMemory {
    /// Runs `body` and looks now and then.
    /// - Returns: the most memory seen, in MiB: proportional set sizes, so that shared pages count once.
    static func watch(
        every pause: Duration = .seconds(3), _ body: () async throws -> Void
    ) async throws -> Double {
        try await withThrowingTaskGroup(of: Double.self) { group in
            group.addTask {
                var peak = 0.0
                while !Task.isCancelled {
                    peak = max(peak, total())
                    try? await Task.sleep(for: pause)
                }
                return peak
            }
            try await body()
            group.cancelAll()
            return try await group.next() ?? 0
        }
    }

    private static func total() -> Double {
        let kibibytes = ProcessTree.all.reduce(0) { $0 + proportionalSetSize(of: $1) }
        return Double(kibibytes) / 1024
    }

    /// In KiB; 0 for a process that is gone.
    private static func proportionalSetSize(of process: pid_t) -> Int {
        let line = ProcessTree.text(of: "/proc/\(process)/smaps_rollup").split(separator: "\n").first {
            $0.hasPrefix("Pss:")
        }
        return line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    }
}
