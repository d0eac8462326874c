/// What the reference implementation's `results.json` says of one instance, beside its tree.
struct ReferenceResult: Sendable, Hashable {
    var instance: String
    var taskType: String?
    var reward: Double?
    var success: Bool?
    var steps: Int?
    var costUSD: Double?
    /// What ended the episode, where an error did.
    var error: String?
    var split: String?
    var tree: ForeignValue?

    /// Reads a record.
    /// - Throws: `notARecord`.
    init(_ value: ForeignValue) throws(ImportIssue) {
        guard let record = value.object else {
            throw ImportIssue(.notARecord, "this is JSON but not an object {…}")
        }
        guard let instance = record["instance_id"]?.name, !instance.isEmpty, instance.count <= 200 else {
            throw ImportIssue(.notARecord, "instance_id is missing, or no number or short text")
        }
        self.instance = instance
        taskType = record["task_type"]?.text
        reward = record["reward"]?.number
        success = record["success"]?.bool
        steps = (record["step"] ?? record["steps"])?.count
        costUSD = record["cost"]?.number.flatMap { (0...1e6).contains($0) ? $0 : nil }
        error = record["error"]?.text
        split = record["split"]?.text
        tree = record["tree"]
    }
}
