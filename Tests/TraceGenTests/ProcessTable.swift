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
