import FoundationEssentials
import Glibc

/// The memory of this process and all it has started, while something runs.
enum PeakMemory {
    /// Runs `body` and looks every three seconds.
    /// - Returns: the most memory seen, in MiB: proportional set sizes, so that shared pages count once.
    static func watch(_ body: () async throws -> Void) async throws -> Double {
        let watch = Task {
            var peak = 0.0
            while !Task.isCancelled {
                peak = max(peak, total())
                try? await Task.sleep(for: .seconds(3))
            }
            return peak
        }
        do {
            try await body()
        } catch {
            watch.cancel()
            throw error
        }
        watch.cancel()
        return await watch.value
    }

    private static func total() -> Double {
        var kibibytes = 0
        var processes = [getpid()]
        while let process = processes.popLast() {
            kibibytes += proportionalSetSize(of: process)
            let threads =
                (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/task")) ?? []
            for thread in threads {
                processes += text(of: "/proc/\(process)/task/\(thread)/children").split(separator: " ")
                    .compactMap { pid_t($0) }
            }
        }
        return Double(kibibytes) / 1024
    }

    /// In KiB; 0 for a process that is gone.
    private static func proportionalSetSize(of process: pid_t) -> Int {
        let line = text(of: "/proc/\(process)/smaps_rollup").split(separator: "\n").first {
            $0.hasPrefix("Pss:")
        }
        return line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    }

    private static func text(of path: String) -> String {
        guard let file = fopen(path, "r") else { return "" }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        return String(decoding: bytes[..<fread(&bytes, 1, bytes.count, file)], as: UTF8.self)
    }
}
