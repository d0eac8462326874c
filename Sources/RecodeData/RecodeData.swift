import ArgumentParser

@main
struct RecodeData: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "recode-data")
}
