import Trajectories

/// A scripted teacher for WebShop: a thrifty shopper that reads the instruction and the pages, and nothing else.
///
/// It searches for the kind of product and its attributes, looks closely at no more than three of the results that it
/// can afford, and buys the first that fits wholly, or else the one that lacks least. What it has not opened it does not
/// know, so it misses better products as shoppers do.
public enum WebShopTeacher {
    /// The name and version of the script; another one where answers change.
    public static let model = "webshop-teacher-1"

    /// The teacher for an agent.
    public static func policy(agent: AgentKind) -> ScriptedTeacher {
        ScriptedTeacher(model: model, agent: agent) { _ in WebShopLesson() }
    }
}

/// How to shop: programs for ReCode, actions for ReAct, blocks for CodeAct.
struct WebShopLesson: Lesson {
    /// How many results are looked at closely.
    static let candidateLimit = 3
    /// How many pages of results are turned to where nothing on them can be afforded.
    static let pageLimit = 3

    /// The calls that the lesson's own programs make.
    private enum Call: String {
        case solve
        case readResults = "read_results"
        case buyBest = "buy_best_candidate"
        case decide = "decide_on_candidate"
        case choose = "choose_candidate"
        case finish = "finish_purchase"
    }

    func expansion(of request: ExpansionRequest) throws(PolicyFailure) -> TeacherAnswer {
        let name = request.signature.split(separator: "(").first?.split(separator: " ").last.map(String.init)
        guard let call = name.flatMap(Call.init(rawValue:)) else {
            throw PolicyFailure(
                "WebShop's teacher was asked to expand \(request.signature), which none of its programs calls."
            )
        }
        let known = ShoppingVariables(request)
        return switch call {
        case .solve: try solve(known)
        case .readResults: try readResults(known)
        case .buyBest: try buyBest(known)
        case .decide: try decide(known)
        case .choose: try choose(known)
        case .finish: try finish(known)
        }
    }

    func action(for request: TurnRequest) throws(PolicyFailure) -> TeacherAnswer {
        try ShoppingTrip(request).nextAction
    }

    func block(for request: TurnRequest) throws(PolicyFailure) -> TeacherAnswer {
        try PrintedTrip(request).nextBlock
    }
}
