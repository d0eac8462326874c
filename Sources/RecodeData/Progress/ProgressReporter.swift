/// Something that a reporter shows.
enum ProgressPiece: Sendable, Hashable {
    /// A message of the program.
    case line(String)
    /// The bar, on the line that was cleared for it.
    case bar(String)
    case control(TerminalControl)
}

/// Shows a collection's progress on standard error: a live bar on a terminal, a line now and then elsewhere.
actor ProgressReporter {
    /// How progress is shown.
    enum Style: Sendable, Hashable {
        /// One line that is written over and over, at most ten times a second.
        case bar(columnCount: Int)
        /// A new line, at most every five seconds.
        case lines
    }

    private var progress: CollectProgress
    private let style: Style
    private let now: @Sendable () -> Duration
    private let write: @Sendable (ProgressPiece) -> Void
    private var lastShown: Duration?
    private var shown: CollectProgress?
    private var noteCount = 0
    /// More notes than that are left out: what they say is in the records.
    private static let noteLimit = 5

    /// Makes a reporter; nothing is shown before ``begin()``.
    ///
    /// - Parameters:
    ///   - now: the time since some fixed moment.
    ///   - write: takes what is shown.
    init(
        _ progress: CollectProgress, style: Style,
        now: @escaping @Sendable () -> Duration, write: @escaping @Sendable (ProgressPiece) -> Void
    ) {
        self.progress = progress
        self.style = style
        self.now = now
        self.write = write
    }

    /// A reporter that shows on standard error, in the style that fits it.
    init(_ progress: CollectProgress) {
        let start = ContinuousClock.now
        self.init(
            progress,
            style: StandardError.isTerminal ? .bar(columnCount: StandardError.columnCount) : .lines,
            now: { ContinuousClock.now - start },
            write: { piece in
                switch piece {
                case .line(let words): StandardError.say(words)
                case .bar(let text): StandardError.draw(text)
                case .control(let control): StandardError.draw(control)
                }
            })
    }

    /// Shows where things stand before the first episode.
    func begin() {
        show()
    }

    /// Takes an episode in and shows it if it is time.
    func add(reward: Double, success: Bool, failed: Bool) {
        progress.add(reward: reward, success: success, failed: failed)
        let pause: Duration = style == .lines ? .seconds(5) : .milliseconds(100)
        if let lastShown, now() - lastShown < pause { return }
        show()
    }

    /// Says, on a line of its own, why an episode failed; the first few times.
    func note(_ words: String) {
        noteCount += 1
        guard noteCount <= Self.noteLimit else { return }
        let rest = noteCount == Self.noteLimit ? " (Further failures are not shown; records keep them.)" : ""
        if case .bar = style { write(.control(.clearLine)) }
        write(.line("\(words)\(rest)"))
        if case .bar = style { show() }
    }

    /// Shows where things ended, and leaves the bar's line.
    func end() {
        if shown != progress { show() }
        if case .bar = style { write(.control(.newline)) }
    }

    private func show() {
        let time = now()
        lastShown = time
        shown = progress
        switch style {
        case .bar(let columnCount):
            write(.control(.clearLine))
            write(.bar(progress.bar(after: time, columnCount: columnCount)))
        case .lines: write(.line(progress.line(after: time)))
        }
    }
}
