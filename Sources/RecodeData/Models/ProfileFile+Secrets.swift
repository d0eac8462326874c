import JSONLines
import LanguageModels
import Trajectories

extension ProfileFile {
    /// What no message may hold of any profile of a file, whichever is used: an environment may speak before the profile is read.
    ///
    /// - Returns: what finds them; nothing where the file cannot be read, which whoever needs it will say.
    static func secrets(in path: String?, variables: [String: String]) -> SecretFilter {
        let file = path ?? defaultPath
        guard Directory.isPresent(file), let bytes = try? AtomicFile.read(file, byteLimit: 1 << 20),
            let text = String(validating: bytes, as: UTF8.self),
            let names = try? names(inText: text, file: file)
        else { return .none }
        return names.reduce(into: .none) { filter, name in
            let profile = try? profile(named: name, inText: text, file: file, variables: variables)
            if let profile { filter.formUnion(KnownSecrets(profile, variables: variables).filter) }
        }
    }

    private static func names(inText text: String, file: String) throws -> [String] {
        let top = try YAMLPlace(
            parsing: text, file: file, as: ("profiles", "docs/models.md"), hidesTexts: true)
        let sections = try top.mapping(of: ["models", "llm_pool"], called: "a profile file")
        return try ["models", "llm_pool"].flatMap { section in
            try sections[section]?.members(called: "profiles by name").map(\.name) ?? []
        }
    }
}
