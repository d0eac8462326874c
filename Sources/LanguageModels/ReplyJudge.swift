import Trajectories

/// Tells answers from setbacks, and passing setbacks from permanent ones.
///
/// Everything a server said goes through here, and comes out without the key.
struct ReplyJudge: Sendable {
    /// Answers are kept free of keys that are long enough to be some, messages of all.
    private let secrets: KnownSecrets
    private let price: TokenPrice?

    init(_ profile: ModelProfile, secrets: KnownSecrets? = nil) {
        self.secrets = secrets ?? KnownSecrets(profile)
        price = profile.price
    }

    /// Says what a try means.
    /// - Parameters:
    ///   - outcome: what it came to.
    ///   - now: seconds since 1970.
    func verdict(on outcome: TryOutcome, now: Double) -> TryVerdict {
        switch outcome {
        case .replied(let reply):
            return verdict(on: reply, now: now)
        case .cutOff(let byteCount):
            return .passing(
                Setback(.noCompletion, "the answer broke off after \(byteCount) bytes", .seeServerLog))
        case .oversized(let limit):
            let reason = "the answer has more than the \(limit >> 20) MiB that are read"
            return .permanent(Setback(.noCompletion, reason, .limitAnswer))
        case .timedOut(let limit):
            return .passing(Setback(.timedOut, "no whole answer within \(limit.inSeconds)", .allowMoreTime))
        case .unreachable(let why):
            return .passing(
                Setback(.unavailable, OneLine.text(why, limit: 200, without: secrets), .checkServer))
        case .untrusted(let why):
            return .permanent(Setback(.unavailable, why, .checkCertificate))
        case .badAddress(let why):
            return .permanent(Setback(.notFound, why, .checkAddress))
        case .cancelled:
            // Whoever cancelled does not look at it.
            return .permanent(Setback(.unavailable, "cancelled", .resumeLater))
        }
    }

    private func verdict(on reply: ServerReply, now: Double) -> TryVerdict {
        switch reply.status {
        case 200..<300:
            return verdict(onAnswer: reply, now: now)
        case 300..<400:
            let target = OneLine.text(
                (reply.location ?? "").withoutUserInformationAndQuery, limit: 200, without: secrets)
            let reason =
                "HTTP \(reply.status), which sends us to \(target.isEmpty ? "no address" : target) (not followed)"
            return .permanent(Setback(.notFound, reason, .checkAddress))
        default:
            let words = ServerWords(reply.body, without: secrets)
            return verdict(
                onStatus: reply.status, as: "HTTP \(reply.status)", words,
                askedWait: RetryAfter.wait(reply, now: now))
        }
    }

    /// Judges an error that the server admits, be it by the status of the reply or within it.
    private func verdict(
        onStatus status: Int, as name: String, _ words: ServerWords, askedWait: Duration?
    ) -> TryVerdict {
        let reason = name + (words.shown.isEmpty ? "" : ", \(words.shown)")
        if let (code, advice) = permanent(status, words) { return .permanent(Setback(code, reason, advice)) }
        let (code, advice): (ModelFailure.Code, Setback.Advice) =
            switch status {
            case 429: (.unavailable, .slowDown)
            case 502, 503, 504, 529: (.unavailable, .waitForServer)
            case 408: (.timedOut, .allowMoreTime)
            default: (.noCompletion, .seeServerLog)
            }
        return .passing(Setback(code, reason, advice, askedWait: askedWait))
    }

    /// What a status means if asking again is of no use; `nil` if it may be.
    private func permanent(_ status: Int, _ words: ServerWords) -> (ModelFailure.Code, Setback.Advice)? {
        switch status {
        case 402:
            return (.refusedKey, .topUp)
        case 403, 429:
            if words.codes.contains("insufficient_quota") { return (.refusedKey, .topUp) }
            return status == 403 ? (.refusedKey, .checkKey) : nil
        case 401:
            return (.refusedKey, .checkKey)
        case 404, 405:
            return (.notFound, .checkModel)
        case 413:
            return (.contextTooLong, .shorten)
        case 400..<500 where ![408, 409, 425].contains(status):
            return permanent(words)
        default:
            return nil
        }
    }

    private func permanent(_ words: ServerWords) -> (ModelFailure.Code, Setback.Advice) {
        if words.codes.contains("context_length_exceeded") || words.mentions(Self.tooLong) {
            return (.contextTooLong, .shorten)
        }
        if words.codes.contains("model_not_found") { return (.notFound, .checkModel) }
        // Gemini answers a wrong key with 400.
        if words.codes.contains("invalid_api_key") || words.mentions(Self.wrongKey) {
            return (.refusedKey, .checkKey)
        }
        return (.badRequest, .checkRequest)
    }

    private static let tooLong = [
        "maximum context length", "context length", "context window", "max_model_len", "exceeds the context",
        "exceed context", "too long", "too many tokens", "exceeds the maximum number of tokens",
    ]

    private static let wrongKey = ["api key not valid", "invalid api key", "incorrect api key"]
}

extension ReplyJudge {
    /// Judges the body of a reply that claims success.
    private func verdict(onAnswer reply: ServerReply, now: Double) -> TryVerdict {
        guard String(validating: reply.body, as: UTF8.self) != nil else {
            return unusable(reply, "an answer that is not valid UTF-8")
        }
        guard let answer = try? CanonicalJSON.decode(CompletionReply.self, from: reply.body) else {
            let isBroken = reply.body.first == UInt8(ascii: "{")
            return unusable(reply, what(is: reply.body), isBroken ? .seeServerLog : .checkAddress)
        }
        if let choice = answer.choice { return verdict(on: answer, choice, status: reply.status) }
        guard let error = answer.error, error != .null else {
            return unusable(reply, "an answer without choices")
        }
        let words = ServerWords(error, without: secrets)
        if let status = words.number, (400..<600).contains(status) {
            return verdict(
                onStatus: status, as: "HTTP \(reply.status) with error \(status)", words,
                askedWait: RetryAfter.wait(reply, now: now))
        }
        return unusable(reply, "an error in place of an answer: \(words.shown)")
    }

    private func verdict(on answer: CompletionReply, _ choice: CompletionReply.Choice, status: Int)
        -> TryVerdict
    {
        guard let text = choice.text else {
            let end = choice.finishReason.map {
                ", finish_reason " + OneLine.text($0, limit: 40, without: secrets)
            }
            let reason = "HTTP \(status), an answer whose content is null\(end ?? "")"
            let advice: Setback.Advice = choice.finishReason == "length" ? .raiseMaxTokens : .seeServerLog
            return .passing(
                Setback(.noCompletion, reason, advice, usage: answer.usage.map { priced($0) }))
        }
        return .answer(
            ChatCompletion(
                text: redacted(text), reasoning: choice.reasoning.map(redacted),
                finishReason: choice.finishReason.map(redacted), model: answer.model.map(redacted),
                id: answer.id.map(redacted), usage: priced(answer.usage)))
    }

    private func unusable(
        _ reply: ServerReply, _ what: String, _ advice: Setback.Advice = .seeServerLog
    ) -> TryVerdict {
        .passing(Setback(.noCompletion, "HTTP \(reply.status), \(what)", advice))
    }

    /// Names a body that is no JSON object.
    private func what(is body: [UInt8]) -> String {
        let text = String(decoding: body.prefix(64 << 10), as: UTF8.self)
        let first = text.drop(while: \.isWhitespace).first
        switch first {
        case nil: return "an empty answer"
        case "<": return ServerWords(body, without: secrets).shown + " instead of JSON"
        case "{": return "an answer that is no whole JSON (\(body.count) bytes)"
        default: return "an answer that is no JSON object: \(ServerWords(body, without: secrets).shown)"
        }
    }

    private func redacted(_ text: String) -> String { secrets.filter.redacted(text) }

    private func priced(_ usage: Usage?) -> Usage {
        guard var usage else { return Usage() }
        usage.costUSD = price?.cost(
            promptTokens: usage.promptTokens, completionTokens: usage.completionTokens)
        return usage
    }
}
