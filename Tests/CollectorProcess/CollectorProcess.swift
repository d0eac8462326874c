import Trajectories

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Collects made-up episodes into a run directory, as `recode-data collect --resume` does but many in a second: what
/// tests kill at any moment, or give a disk that is too small.
///
/// Its arguments are the run directory, the number of episodes, and a word after which it stops itself (SIGSTOP), once. On standard error it says `begins`, then
/// `collecting`, `cut FILE` for a torn tail, `plays ID` before each episode, `sealing`, `sealed`, or `complete` where
/// there was nothing to do; then it reads the run through and says `ends`.
@main
enum CollectorProcess {
    static func main() {
        let arguments = CommandLine.arguments
        guard (3...4).contains(arguments.count), let count = Int(arguments[2]), count > 0 else {
            say("usage: \(arguments[0]) RUN COUNT [WORD]")
            exit(64)
        }
        do {
            try collect(MadeUpEpisode.all(count), into: arguments[1])
        } catch {
            say("error: \(error)")
            exit(1)
        }
    }

    private static func collect(_ episodes: [MadeUpEpisode], into path: String) throws {
        say("begins")
        let start = try RunCollector.begin(
            at: path, recipe: ["episodes": episodes.count], versions: ["made-up": "1"], unfinished: .resume)
        switch start {
        case .complete: say("complete")
        case .collecting(let collector):
            say("collecting")
            for tail in collector.cutTails { say("cut \(tail.file)") }
            for episode in MadeUpEpisode.playingOrder(of: episodes) where !collector.contains(episode.id) {
                say("plays \(episode.id)")
                try play(episode, into: collector)
            }
            say("sealing")
            // Every shard is closed after its first gzip member, so that there are several.
            _ = try collector.seal(order: episodes.map(\.id), shardByteLimit: 1)
            say("sealed")
        }
        let reader = try RunDirectory.open(path).trajectories()
        while try reader.next() != nil {}
        say("ends")
    }

    /// Asks what was not asked before, keeps the answer, then the episode.
    private static func play(_ episode: MadeUpEpisode, into collector: RunCollector) throws {
        let call = episode.call
        if try collector.calls.find(call.key) == nil { try collector.calls.append(call) }
        try collector.append(episode.trajectory, timings: [Array(#"{"id":"\#(episode.id)"}"#.utf8)])
    }

    /// Writes a line at once: whoever reads it knows that all before it was done.
    private static func say(_ words: String) {
        let line = Array("\(words)\n".utf8)
        _ = line.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
        if CommandLine.arguments.dropFirst(3).first == words { kill(getpid(), SIGSTOP) }
    }
}
