import Trajectories

/// A scripted teacher for ALFWorld that knows no more than a language model is shown.
///
/// It reads the instruction and the room, knows where things are usually kept, and looks for them place by place. That
/// putting down is `move X to Y` or `put X in/on Y` it has from the actions that prompts list, where those say it;
/// elsewhere it tries `put` and then `move`, as prompts list them there.
public enum ALFWorldTeacher {
    /// The environments it can play: ALFWorld itself, and a server of AgentGym that plays it.
    public static let environments = ["alfworld", "agentgym-alfworld"]

    /// The teacher as the loop of an agent asks it.
    public static func policy(agent: AgentKind) -> ScriptedTeacher {
        ScriptedTeacher(model: "alfworld-teacher-1", agent: agent) { start in
            ALFWorldLesson(putting: PuttingForm(start.options["grammar"]))
        }
    }
}

/// How the world calls putting something down.
enum PuttingForm: Sendable, Hashable {
    case move, put
    /// Not said: both are tried, first `put`, which servers of AgentGym and published episodes have.
    case unsaid

    /// What an instance's option `grammar` says.
    init(_ option: JSONValue?) {
        switch option {
        case .string("move"): self = .move
        case .string("put"): self = .put
        default: self = .unsaid
        }
    }

    /// The actions that may put an object down, in the order to try them.
    func actions(_ object: String, _ place: String) -> [String] {
        let (move, put) = ("move \(object) to \(place)", "put \(object) in/on \(place)")
        return switch self {
        case .move: [move]
        case .put: [put]
        case .unsaid: [put, move]
        }
    }
}

/// What the teacher knows how to do in a house; every answer depends on the request alone.
struct ALFWorldLesson: Lesson {
    /// How putting down is called.
    var putting: PuttingForm

    func expansion(of request: ExpansionRequest) throws(PolicyFailure) -> TeacherAnswer {
        let call = HouseCall(request)
        if call.name == "solve" {
            return try HouseRoot(call, putting: putting).answer()
        }
        guard let answer = HouseSteps(call: call, putting: putting).answer() else {
            throw PolicyFailure(
                "The teacher was asked to expand \(request.signature), which is none of its own steps.")
        }
        return answer
    }

    func action(for request: TurnRequest) throws(PolicyFailure) -> TeacherAnswer {
        try HouseTurns(request, putting: putting).action()
    }

    func block(for request: TurnRequest) throws(PolicyFailure) -> TeacherAnswer {
        try HouseBlocks(request, putting: putting).block()
    }
}

/// A placeholder's call, taken apart.
struct HouseCall: Sendable {
    /// The function.
    var name: String
    /// The names on the left of the call.
    var outputs: [String]
    /// What stands in its parentheses, in order; of a keyword its name.
    var arguments: [String]
    /// The variables as shown.
    var variables: [Variable]
    /// Whether an earlier answer did not stand.
    var isCorrected: Bool

    init(_ request: ExpansionRequest) {
        let text = request.signature
        let open = text.firstIndex(of: "(") ?? text.endIndex
        let head = text[..<open].split(separator: "=").map { $0.filter { $0 != " " } }
        name = head.last ?? ""
        outputs = head.dropLast().flatMap { $0.split(separator: ",").map(String.init) }
        arguments = text[open...].dropFirst().dropLast().split(separator: ",").map { part in
            String(part.prefix { $0 != "=" }).filter { $0 != " " }
        }
        variables = request.variables
        isCorrected = request.correction != nil
    }

    /// The value of a variable as shown; empty where there is none.
    subscript(variable: String) -> String {
        variables.first { $0.name == variable }?.value ?? ""
    }

    /// The names (`drawer 3`) in a variable.
    func names(_ variable: String) -> [String] {
        HouseWords.names(in: self[variable])
    }

    /// Everything shown, for choices that follow from it.
    var shown: String {
        variables.map(\.value).joined(separator: "\n")
    }
}
