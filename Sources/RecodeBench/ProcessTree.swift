import FoundationEssentials
import Glibc

/// This process and all it has started, as /proc shows them.
enum ProcessTree {
    /// Every process of the tree, this one included.
    static var all: [pid_t] {
        var found: [pid_t] = []
        var processes = [getpid()]
        while let process = processes.popLast() {
            found.append(process)
            let threads =
                (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/task")) ?? []
            for thread in threads {
                processes += text(of: "/proc/\(process)/task/\(thread)/children").split(separator: " ")
                    .compactMap { pid_t($0) }
            }
        }
        return found
    }

    /// The processes of the tree whose program has that name.
    static func named(_ name: String) -> [pid_t] {
        all.filter { text(of: "/proc/\($0)/comm") == name + "\n" }
    }

    /// The beginning of a file; empty where the process is gone.
    static func text(of path: String) -> String {
        guard let file = fopen(path, "r") else { return "" }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        return String(decoding: bytes[..<fread(&bytes, 1, bytes.count, file)], as: UTF8.self)
    }
}
