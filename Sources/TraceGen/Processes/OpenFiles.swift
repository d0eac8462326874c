import Glibc

/// How many files and sockets this process may have open.
enum OpenFiles {
    /// Raises the limit as far as the system allows: an episode that waits for a language model takes three to four, and
    /// the usual soft limit of 1,024 is meant for programs that use `select`.
    static func allowMost() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = min(limit.rlim_max, 1 << 16)
        _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
