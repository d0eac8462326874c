import JSONLines

/// Says on standard error how far reading is, where a command reads so much that somebody wonders.
enum ReadingProgress {
    /// How often it is looked.
    private static let pause = Duration.seconds(5)
    /// Less than this since the last look is not worth a line: a command that does other work reads now and then.
    private static let leastByteCount = 16 << 20

    /// Shows progress until the task is cancelled.
    static func show() async {
        var shown = ReadingMeter.now
        while (try? await Task.sleep(for: pause)) != nil {
            let place = ReadingMeter.now
            guard place.byteCount - shown.byteCount >= leastByteCount else { continue }
            shown = place
            StandardError.say(words(place))
        }
    }

    /// `reading runs/a.jsonl.gz: line 120000, 512 MiB of text so far`.
    static func words(_ place: ReadingMeter.Place) -> String {
        "reading \(place.path): line \(place.line + 1), \(place.byteCount >> 20) MiB of text so far"
    }
}
