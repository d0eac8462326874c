/// How many primitive actions an episode of each ScienceWorld task may send.
enum ScienceWorldLimits {
    /// The limits the ReCode paper used (arXiv 2510.23564, its released runner).
    private static let published: [String: Int] = [
        "boil": 100,
        "change-the-state-of-matter-of": 80,
        "chemistry-mix": 60,
        "chemistry-mix-paint-secondary-color": 15,
        "chemistry-mix-paint-tertiary-color": 30,
        "find-animal": 15,
        "find-living-thing": 15,
        "find-non-living-thing": 15,
        "find-plant": 15,
        "freeze": 80,
        "grow-fruit": 60,
        "grow-plant": 30,
        "identify-life-stages-1": 30,
        "identify-life-stages-2": 30,
        "lifespan-longest-lived": 10,
        "lifespan-longest-lived-then-shortest-lived": 12,
        "lifespan-shortest-lived": 10,
        "measure-melting-point-known-substance": 120,
        "melt": 80,
        "power-component": 20,
        "power-component-renewable-vs-nonrenewable-energy": 30,
        "test-conductivity": 30,
        "test-conductivity-of-unknown-substances": 30,
        "use-thermometer": 30,
    ]

    /// The limit of a task; 200 where none was published.
    static func stepLimit(of task: String) -> Int {
        published[task] ?? 200
    }
}
