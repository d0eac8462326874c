/// What prompts say of one environment: its world, its primitive actions, and a worked example for each method.
struct EnvironmentPrompts: Sendable {
    let world: String
    let actions: String
    let examples: [String: String]

    /// The prompts of an environment, by the name it has in records; `nil` when it has none.
    static func named(_ name: String) -> EnvironmentPrompts? { all[name] }

    /// Environments that have prompts, in alphabetic order.
    static var names: [String] { all.keys.sorted() }

    private static let all: [String: EnvironmentPrompts] = [
        "scienceworld": EnvironmentPrompts(
            world: text(of: PackageResources.scienceworld_world_txt),
            actions: text(of: PackageResources.scienceworld_actions_txt),
            examples: [
                "recode": text(of: PackageResources.scienceworld_recode_example_txt),
                "react": text(of: PackageResources.scienceworld_react_example_txt),
                "codeact": text(of: PackageResources.scienceworld_codeact_example_txt),
            ])
    ]

    /// A resource file's text without the newline that ends the file.
    static func text(of resource: [UInt8]) -> String {
        String(
            decoding: resource.last == UInt8(ascii: "\n") ? resource.dropLast() : resource[...], as: UTF8.self
        )
    }
}
