/// What the program calls itself in records and on the command line.
enum Version {
    /// The program's name.
    static let program = "recode-data"
    /// The version of everything in this package. A change that alters data raises it.
    static let current = "0.1.0"
}
