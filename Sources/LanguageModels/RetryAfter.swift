/// How long a server asks to be left alone.
enum RetryAfter {
    /// Reads the headers of an answer.
    ///
    /// - Parameters:
    ///   - reply: the answer.
    ///   - now: seconds since 1970, for a `Retry-After` that is a date.
    /// - Returns: zero or more; `nil` where nothing is asked, or in no form that HTTP knows.
    static func wait(_ reply: ServerReply, now: Double) -> Duration? {
        if let text = reply.retryAfterMilliseconds, let wait = number(text) {
            return .seconds(wait / 1000)
        }
        guard let text = reply.retryAfter else { return nil }
        if let wait = number(text) { return .seconds(wait) }
        return secondsSince1970(ofDate: text).map { .seconds(max(0, Double($0) - now)) }
    }

    /// A number of 0 or more, kept within what a `Duration` takes.
    private static func number(_ text: String) -> Double? {
        guard let value = Double(text.filter { !$0.isWhitespace }), value.isFinite, value >= 0 else {
            return nil
        }
        return min(value, 1e12)
    }

    /// Reads the date form of HTTP (RFC 9110, section 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`.
    static func secondsSince1970(ofDate text: String) -> Int? {
        let parts = text.split(separator: " ")
        guard parts.count == 6, parts[5] == "GMT", let day = Int(parts[1]), let year = Int(parts[3]),
            let month = months.firstIndex(of: String(parts[2])), (1...31).contains(day),
            (1970...9999).contains(year)
        else { return nil }
        let time = parts[4].split(separator: ":").compactMap { Int($0) }
        guard time.count == 3, (0..<24).contains(time[0]), (0..<60).contains(time[1]),
            (0...60).contains(time[2])
        else { return nil }
        return ((days(year: year, month: month + 1, day: day) * 24 + time[0]) * 60 + time[1]) * 60 + time[2]
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// Days since 1970, with years that begin in March so that the leap day comes last.
    private static func days(year: Int, month: Int, day: Int) -> Int {
        let year = month < 3 ? year - 1 : year
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return year * 365 + year / 4 - year / 100 + year / 400 + dayOfYear - 719_468
    }
}
