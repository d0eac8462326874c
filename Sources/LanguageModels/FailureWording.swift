import Trajectories

/// Puts a setback into words: what failed, on what, why, how often it was tried, and what to do.
struct FailureWording: Sendable {
    private let profile: ModelProfile
    private let secrets: KnownSecrets

    init(_ profile: ModelProfile, secrets: KnownSecrets? = nil) {
        self.profile = profile
        self.secrets = secrets ?? KnownSecrets(profile)
    }

    /// The failure of a call.
    /// - Parameters:
    ///   - setback: the last one.
    ///   - tries: how many there were; 0 when nothing was sent.
    func failure(_ setback: Setback, tries: Int) -> ModelFailure {
        let count = tries == 1 ? "1 try" : "\(tries) tries"
        let message = "\(subject(setback.code)): \(setback.reason) (\(count)). \(advice(setback.advice))"
        return ModelFailure(setback.code, safe(message))
    }

    /// The line for the log when a try is to be repeated.
    func retryLine(_ setback: Setback, wait: Duration, next: Int, of limit: Int) -> String {
        safe(
            "Model \(modelName) of profile \(profileName): \(setback.reason). "
                + "Waiting \(wait.inSeconds), then try \(next) of \(limit).")
    }

    /// Addresses and names come from the user; nobody says that they hold no key.
    private func safe(_ text: String) -> String {
        secrets.redacted(from: text)
    }

    // The key goes before the cut, which could leave half of it.
    private var modelName: String { safe(profile.model).shown(limit: 200) }
    private var profileName: String { safe(profile.name).shown(limit: 200) }

    private func subject(_ code: ModelFailure.Code) -> String {
        let model = "model \(modelName) of profile \(profileName) at \(profile.shownURL.shown(limit: 300))"
        let upper = "M" + model.dropFirst()
        return switch code {
        case .contextTooLong: "The prompt is too long for \(model)"
        case .noCompletion: "\(upper) gave no completion"
        case .timedOut: "\(upper) did not answer in time"
        case .refusedKey where profile.apiKey == nil: "\(upper) wants a key"
        case .refusedKey: "\(upper) refused the key"
        case .notFound: "\(upper) was not found"
        case .badRequest: "\(upper) would not take the request"
        case .unavailable: "\(upper) is not available"
        }
    }

    private func advice(_ advice: Setback.Advice) -> String {
        let name = profileName
        return switch advice {
        case .checkKey where profile.apiKey == nil:
            "Give profile \(name) an api_key_env, the name of the variable that holds the key."
        case .checkKey:
            "Check the key of profile \(name) (api_key_env or api_key): is it whole, still valid, and allowed to "
                + "use this model?"
        case .topUp:
            "The account behind the key of profile \(name) has no credit left: top it up, or use another key, then "
                + "resume with the same command."
        case .checkAddress:
            "Check base_url of profile \(name): it is what comes before /chat/completions, and mostly ends in /v1."
        case .checkCertificate:
            "Check base_url of profile \(name). Where the server's certificate is your own, name the file that holds it, or "
                + "its issuer's, in the environment variable \(TrustedCertificates.variable)."
        case .checkModel:
            "Check model and base_url of profile \(name): is this the model's name at this server, and must the "
                + "address end in /v1?"
        case .checkRequest:
            "Check temperature, top_p, max_tokens, seed and extra_body of profile \(name)."
        case .shorten:
            "Lower max_tokens of profile \(name), let the prompt hold less (fewer or shorter variables, fewer "
                + "examples), or use a model with a longer context."
        case .raiseMaxTokens:
            "Raise max_tokens of profile \(name): the model used them up before its answer began."
        case .allowMoreTime:
            "Raise timeout of profile \(name), or lower its max_tokens or concurrency."
        case .checkServer:
            "Check that the server runs and that base_url of profile \(name) is right, then resume with the same "
                + "command."
        case .waitForServer:
            "The server or what stands before it is down or overloaded: wait, then resume with the same command."
        case .seeServerLog:
            "The fault lies with the server: see its log, or ask another model."
        case .limitAnswer:
            "Lower max_tokens of profile \(name), and check that its base_url leads to a chat-completions server."
        case .slowDown:
            "Lower requests_per_minute, tokens_per_minute or concurrency of profile \(name), then resume with the "
                + "same command."
        case .resumeLater:
            "Wait that long, then resume with the same command."
        }
    }
}
