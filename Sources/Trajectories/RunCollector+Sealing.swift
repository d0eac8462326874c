import JSONLines

extension RunCollector {
    /// Seals the run: writes the shards anew in canonical order and marks the run complete.
    ///
    /// Whatever stops it, the directory holds every record: the new shards are complete and synced under temporary names
    /// before the first is renamed, the old ones' file is replaced last, and only then does `run.json` say `complete`.
    /// A run stopped in between is `collecting` still, with some records standing twice; resuming and sealing
    /// it again finishes the work.
    ///
    /// - Parameters:
    ///   - order: the ids of all episodes of the recipe, in canonical order (task, variation, repeat).
    ///   - shardByteLimit: a shard that has reached this stored size is closed.
    /// - Returns: the sealed run.
    /// - Throws: `incomplete` where an episode is missing or not in `order`; `unwritable`.
    public func seal(order: [String], shardByteLimit: Int = 64 << 20) throws(TrajectoriesError)
        -> RunDirectory
    {
        try requireAll(order)
        let sealedCalls = try calls.seal(order: order)
        let pending = try writeShards(order, shardByteLimit: shardByteLimit)
        isSealed = true
        let stale = Set(try files.parts()).subtracting(pending.indices.map { files.part($0) }).sorted()
        try TrajectoriesError.translating { () throws(JSONLinesError) in
            for shard in pending.reversed() { try shard.writer.publish() }
            for path in stale { try Directory.removeFile(path) }
        }
        var sealed = manifest
        sealed.state = .complete
        sealed.counts = counts
        sealed.shards = pending.enumerated().map { index, shard in
            Shard(name: RunFiles.partName(index), digest: shard.digest)
        }
        sealed.calls = sealedCalls.map { Shard(name: RunFiles.callsName, digest: $0.digest) }
        sealed.usage = sealedCalls?.usage
        try sealed.write(to: files.manifest)
        return RunDirectory(path: path, manifest: sealed)
    }

    private func requireAll(_ order: [String]) throws(TrajectoriesError) {
        let expected = Set(order)
        let missing = order.filter { !contains($0) }
        let surplus = ids.subtracting(expected).sorted()
        guard missing.isEmpty, surplus.isEmpty, expected.count == order.count else {
            throw TrajectoriesError(
                .incomplete,
                "\(path) cannot be sealed: \(missing.count) episodes are missing and \(surplus.count) do not belong "
                    + "to it\((missing + surplus).first.map { " (first: \($0))" } ?? ""). Resume the run.")
        }
    }

    private struct PendingShard {
        var writer: AtomicLinesWriter
        var digest: FileDigest
    }

    private func writeShards(_ order: [String], shardByteLimit: Int) throws(TrajectoriesError)
        -> [PendingShard]
    {
        try TrajectoriesError.translating { () throws(JSONLinesError) in
            var shards: [PendingShard] = []
            var writer = try AtomicLinesWriter(path: files.part(0), compression: .gzip, links: .refused)
            for id in order {
                if writer.byteCount >= shardByteLimit {
                    shards.append(PendingShard(writer: writer, digest: try writer.complete()))
                    writer = try AtomicLinesWriter(
                        path: files.part(shards.count), compression: .gzip, links: .refused)
                }
                if let place = places[id] { try writer.append(place.line()) }
            }
            shards.append(PendingShard(writer: writer, digest: try writer.complete()))
            return shards
        }
    }
}
