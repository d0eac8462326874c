/// A file system of its own and of a given size, which only the processes started on it see.
///
/// It is a tmpfs in a mount namespace that bubblewrap makes; no privilege is needed.
public struct SmallDisk: Sendable {
    /// Where it is mounted: an empty directory.
    public var path: String
    /// How much it holds, in bytes. The kernel counts pages of 4096.
    public var byteCount: Int
    /// A directory whose content lies on it at the beginning; `nil` for an empty one.
    public var content: String?
    /// Where what lies on it in the end is copied to: a directory that is there.
    public var copy: String

    /// Makes a disk from its parts.
    public init(at path: String, byteCount: Int, content: String? = nil, copiedTo copy: String) {
        self.path = path
        self.byteCount = byteCount
        self.content = content
        self.copy = copy
    }

    /// The process that runs on it and copies what it left.
    public func process(_ program: String, _ arguments: [String], in directory: String) -> ObservedProcess {
        // Mounted by mount, not by bubblewrap's own --size: Ubuntu 22.04's knows none.
        let script = """
            disk=$1 size=$2 content=$3 copy=$4
            shift 4
            mount -t tmpfs -o "size=$size" tmpfs "$disk" || exit 70
            [ -z "$content" ] || cp -a "$content/." "$disk" || exit 70
            "$@"
            code=$?
            cp -a "$disk/." "$copy" || exit 70
            exit $code
            """
        return ObservedProcess(
            "/usr/bin/env",
            [
                "bwrap", "--unshare-user", "--uid", "0", "--gid", "0", "--cap-add", "ALL", "--dev-bind",
                "/", "/", "--die-with-parent", "--", "sh", "-c", script, "sh", path, "\(byteCount)",
                content ?? "", copy,
                program,
            ] + arguments, in: directory)
    }
}
