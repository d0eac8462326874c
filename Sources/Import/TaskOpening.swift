/// What an episode opens with, parted into the task and what is seen first.
///
/// Environments give both as one text. The task is the line that begins with `Your task is to`; a heading `Task
/// Description:` is dropped, and the other lines are what is seen.
struct TaskOpening: Sendable, Hashable {
    var instruction: String
    var observation: String
    /// Whether a line says what the task is; else the whole text is taken for the instruction.
    var isParted: Bool

    init(_ text: String) {
        let lines = TextLines(text).lines
        guard let task = lines.firstIndex(where: { $0.trimmed.hasPrefix("Your task is to") }) else {
            (instruction, observation, isParted) = (text.trimmed, "", false)
            return
        }
        instruction = lines[task].trimmed
        var others = lines
        others.remove(at: task)
        others.removeAll { $0.trimmed == "Task Description:" }
        observation = TextLines.joined(others).trimmed
        isParted = true
    }
}
