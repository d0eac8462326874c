// Every row has the same keys: readers of tables (polars, DuckDB, datasets) infer one schema from any part of a file.
// The encoders that Swift derives leave out a key whose value is nil, so the types with such keys encode themselves.
// Decoding takes a missing key as null.

extension Trajectory {
    /// Encodes every key; absent values are null.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(schema, forKey: .schema)
        try container.encode(id, forKey: .id)
        try container.encode(taskID, forKey: .taskID)
        try container.encode(environment, forKey: .environment)
        try container.encode(instruction, forKey: .instruction)
        try container.encode(initialObservation, forKey: .initialObservation)
        try container.encode(agent, forKey: .agent)
        try container.encode(policy, forKey: .policy)
        try container.encode(limits, forKey: .limits)
        try container.encode(reward, forKey: .reward)
        try container.encode(nativeReward, forKey: .nativeReward)
        try container.encode(success, forKey: .success)
        try container.encode(ended, forKey: .ended)
        try container.encode(endedDetail, forKey: .endedDetail)
        try container.encode(steps, forKey: .steps)
        try container.encode(calls, forKey: .calls)
        try container.encode(usage, forKey: .usage)
        try container.encode(seed, forKey: .seed)
        try container.encode(`repeat`, forKey: .repeat)
        try container.encode(nodes, forKey: .nodes)
        // Like `environment.instance`, only where there is something to say.
        try container.encodeIfPresent(tries, forKey: .tries)
    }
}

extension PolicyRecord {
    /// Encodes every key; absent values are null.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(model, forKey: .model)
        try container.encode(sampling, forKey: .sampling)
        try container.encode(promptSHA256, forKey: .promptSHA256)
    }
}

extension Usage {
    /// Encodes every key; absent values are null.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(promptTokens, forKey: .promptTokens)
        try container.encode(completionTokens, forKey: .completionTokens)
        try container.encode(costUSD, forKey: .costUSD)
    }
}

extension Node {
    /// Encodes every key; absent values are null.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(parent, forKey: .parent)
        try container.encode(depth, forKey: .depth)
        try container.encode(attempt, forKey: .attempt)
        try container.encode(kind, forKey: .kind)
        try container.encode(code, forKey: .code)
        try container.encode(status, forKey: .status)
        try container.encode(inputs, forKey: .inputs)
        try container.encode(outputs, forKey: .outputs)
        try container.encode(lostOutputs, forKey: .lostOutputs)
        try container.encode(expansion, forKey: .expansion)
        try container.encode(actions, forKey: .actions)
        try container.encode(printed, forKey: .printed)
        try container.encode(error, forKey: .error)
    }
}
