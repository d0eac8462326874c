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
            let profiles = try? all(inText: text, file: file, variables: variables)
        else { return .none }
        return profiles.reduce(into: .none) { filter, profile in
            filter.formUnion(KnownSecrets(profile, variables: variables).filter)
        }
    }
}
