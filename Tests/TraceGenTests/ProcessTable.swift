import Glibc

/// What the tests ask the kernel about processes.
enum ProcessTable {
    /// Whether a process of that number exists and is no zombie.
    static func isRunning(_ process: Int32) -> Bool {
        guard let file = fopen("/proc/\(process)/stat", "r") else { return false }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 512)
        let count = fread(&bytes, 1, bytes.count, file)
        let stat = String(decoding: bytes[..<count], as: UTF8.self)
        guard let name = stat.lastIndex(of: ")") else { return false }
        return !stat[name...].hasPrefix(") Z")
    }
}

extension ProcessTable {
    /// The processes that `process` started and that are still there.
    static func children(of process: Int32) -> [Int32] {
        guard let file = fopen("/proc/\(process)/task/\(process)/children", "r") else { return [] }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes[..<count], as: UTF8.self).split(separator: " ").compactMap { Int32($0) }
    }

    /// Whether a process is gone within a time.
    static func ends(_ process: Int32, within limit: Duration) async -> Bool {
        let deadline = ContinuousClock.now + limit
        while isRunning(process) {
            guard ContinuousClock.now < deadline else { return false }
            try? await Task.sleep(for: .milliseconds(10))
        }
        return true
    }
}
