import Prompts

/// The texts that ship with the program.
enum TestPrompts {
    static let folder = "\(#filePath)".replacing(
        "Tests/DecomposeTests/TestPrompts.swift", with: "data/prompts")
    static var library: PromptLibrary { get throws { try PromptLibrary(directory: folder) } }
}
