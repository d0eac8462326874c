import FoundationEssentials
import Glibc

/// Whose rights the sandbox is made with, and which user of the machine the policy's code runs as.
enum SandboxIdentity: Sendable, Hashable {
    /// Root makes the mounts, and the code runs as `nobody`.
    case root
    /// The program's own user, seen as `nobody` from inside by way of a user namespace.
    case user

    /// The user, on the machine or in a user namespace, that owns nothing. executor_isolation.py has the same.
    static let nobody = 65_534

    /// As `root` only where there is another user to become: a container may know one user alone.
    static let ofThisProcess: SandboxIdentity =
        geteuid() == 0 && isMapped(in: "/proc/self/uid_map") && isMapped(in: "/proc/self/gid_map")
        ? .root : .user

    /// The options of bubblewrap for it.
    var options: [String] {
        switch self {
        case .root: []
        case .user: ["--unshare-user", "--uid", "\(Self.nobody)", "--gid", "\(Self.nobody)"]
        }
    }

    /// Which user of the machine the code runs as.
    var hostUser: Int {
        switch self {
        case .root: Self.nobody
        case .user: Int(geteuid())
        }
    }

    /// Each line of a map is a first number inside, a first number outside, and how many there are.
    private static func isMapped(in map: String) -> Bool {
        let text = (try? String(contentsOfFile: map, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").contains { line in
            let numbers = line.split(separator: " ").compactMap { Int($0) }
            return numbers.count == 3 && numbers[0] <= nobody && nobody - numbers[0] < numbers[2]
        }
    }
}
