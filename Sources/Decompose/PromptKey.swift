import Trajectories

/// Tells prompts apart by what they are made of: the task instance, and the call with its variables or the turns before.
///
/// The style is no part of it: what prompts say beside is the same in all of one task instance and method. 16 bytes of a
/// SHA-256, so that no two of them meet by chance.
struct PromptKey: Hashable, Sendable {
    private var first: UInt64
    private var second: UInt64

    /// The key of texts in this order; none runs into the next, as each comes after its length.
    init(of texts: some Sequence<String>) {
        let joined = texts.map { "\($0.utf8.count)\n\($0)" }.joined()
        let digits = Digest.sha256Hex(of: joined.utf8)
        first = UInt64(digits.prefix(16), radix: 16) ?? 0
        second = UInt64(digits.dropFirst(16).prefix(16), radix: 16) ?? 0
    }

    /// The key as a text among others.
    var text: String { "\(first) \(second)" }
}

extension Trajectory {
    /// What tells the task instance from others, where the same actions would lead elsewhere.
    var instanceTexts: [String] {
        // What cannot be written as JSON cannot have been read from a record.
        let options = (try? CanonicalJSON.encode(environment.options)) ?? []
        let instance = (try? CanonicalJSON.encode(environment.instance)) ?? []
        return [taskID, environment.version]
            + [options, instance].map { String(decoding: $0, as: UTF8.self) }
    }
}
