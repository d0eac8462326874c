import TraceGen

/// The scripted teachers that `--policy expert` means, one for each environment that has one.
enum Experts {
    /// The teacher of a recipe's environment.
    /// - Throws: ``CommandFailure`` (`badUsage`) where there is none, or none for the recipe's agent.
    static func policy(for recipe: CollectRecipe) throws -> any Policy {
        switch recipe.environment {
        case ScienceWorld.environmentName: try scienceWorld(recipe)
        case let name where ALFWorldTeacher.environments.contains(name): try alfWorld(recipe)
        case "webshop": try webShop(recipe)
        default:
            throw CommandFailure(
                .badUsage,
                "there is no expert for \(recipe.environment). Collect with a language model's profile (--policy NAME), or "
                    + "with the calls of another run (--policy replay:RUN).")
        }
    }

    private static func scienceWorld(_ recipe: CollectRecipe) throws -> any Policy {
        guard recipe.agent == .recode else {
            throw CommandFailure(
                .badUsage,
                "ScienceWorld's expert writes decision trees and answers no \(recipe.agent.rawValue) prompts. Collect with "
                    + "recode: export --method \(recipe.agent.rawValue) flattens the trees.")
        }
        return try ScienceWorldExpert(slip: recipe.slip)
    }

    private static func webShop(_ recipe: CollectRecipe) throws -> any Policy {
        try requireNoSlip(recipe)
        return WebShopTeacher.policy(agent: recipe.agent)
    }

    private static func alfWorld(_ recipe: CollectRecipe) throws -> any Policy {
        try requireNoSlip(recipe)
        return ALFWorldTeacher.policy(agent: recipe.agent)
    }

    /// Makes sure that nothing was asked of a teacher that it cannot do.
    private static func requireNoSlip(_ recipe: CollectRecipe) throws {
        guard recipe.slip > 0 else { return }
        throw CommandFailure(
            .badUsage,
            "slip is \(recipe.slip), and only ScienceWorld's expert slips: the teacher of \(recipe.environment) knows no more "
                + "than it has seen and errs by itself. Leave slip out.")
    }
}
