/// What a command that was told to stop leaves behind, and how to go on.
enum AfterInterruption: Sendable, Hashable {
    /// Output appears when it is complete, so nothing is there.
    case startsOver
    /// What was done is kept; the same command goes on, with this option where it is not given yet.
    case goesOn(with: String?)

    /// What is said, with the command to go on by.
    /// - Parameter arguments: the command line, the program's name first.
    func words(_ arguments: [String]) -> String {
        switch self {
        case .startsOver: return "Nothing was written; run the same command again."
        case .goesOn(let option):
            let missing = option.flatMap { arguments.contains($0) ? nil : $0 }
            let command = (arguments + [missing].compactMap(\.self)).map(Self.quoted).joined(separator: " ")
            return "What was done is kept. Go on with: \(command)"
        }
    }

    /// An argument as a shell reads it.
    private static func quoted(_ argument: String) -> String {
        let isPlain =
            !argument.isEmpty
            && argument.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "-_./,:=+@%".utf8.contains(byte)
                }
            }
        return isPlain ? argument : "'\(argument.replacing("'", with: "'\\''"))'"
    }
}
