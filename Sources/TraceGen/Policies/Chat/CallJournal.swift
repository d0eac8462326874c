import Trajectories

/// Where a policy that pays for its answers keeps them: nothing that was answered is asked for again.
public protocol CallJournal: Sendable {
    /// What was answered to a call, where it was made before; an episode that is played again gets the same.
    func find(_ key: CallKey) async throws -> CallRecord?
    /// Keeps a call; when this returns, a crash cannot lose it.
    /// - Parameters:
    ///   - record: the call.
    ///   - duration: how long the answer took; `nil` where nobody was asked.
    func keep(_ record: CallRecord, took duration: Duration?) async throws
}
