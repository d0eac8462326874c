import Synchronization

/// How much text was read so far, by all readers of this process: what a person who waits is shown.
public enum ReadingMeter {
    /// Where reading is.
    public struct Place: Sendable, Hashable {
        /// The file that was read last.
        public var path = ""
        /// The last line that is known of it.
        public var line = 0
        /// How many bytes of text all files had, decompressed.
        public var byteCount = 0
    }

    private static let place = Mutex(Place())

    /// Where reading is now.
    public static var now: Place { place.withLock { $0 } }

    static func add(_ byteCount: Int, path: String, line: Int) {
        place.withLock {
            $0.path = path
            $0.line = line
            $0.byteCount += byteCount
        }
    }
}
