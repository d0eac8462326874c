/// What everybody knows of a household: where things are kept, and what has a door.
enum HouseKnowledge {
    /// Kinds of places that may be closed.
    static let closable = ["fridge", "microwave", "cabinet", "drawer", "safe"]

    /// Whether a place (`drawer 3`) may be closed.
    static func mayBeClosed(_ place: String) -> Bool {
        closable.contains(HouseWords.kind(of: place))
    }

    /// The kinds of places of a room in the order in which to look for an object.
    /// - Parameters:
    ///   - object: its kind.
    ///   - places: the room's places (`drawer 3`).
    ///   - last: a kind that comes at the very end: where the object should go it is least likely to be.
    static func kinds(for object: String, in places: [String], last: String? = nil) -> [String] {
        var present: [String] = []
        for kind in places.map(HouseWords.kind) where !present.contains(kind) { present.append(kind) }
        let ranked = usual(object) + otherwise
        let order = ranked + present.filter { !ranked.contains($0) }
        var kinds: [String] = []
        for kind in order where present.contains(kind) && kind != last && !kinds.contains(kind) {
            kinds.append(kind)
        }
        return kinds + present.filter { $0 == last }
    }

    /// The places of a room in that order.
    static func order(for object: String, in places: [String], last: String? = nil) -> [String] {
        kinds(for: object, in: places, last: last).flatMap { HouseWords.names(of: $0, in: places) }
    }

    /// Where a kind of object is usually found, the likeliest first; where little work is, before much.
    static func usual(_ object: String) -> [String] {
        groups.first { $0.objects.contains(object) }?.places ?? []
    }

    private static let groups: [(objects: [String], places: [String])] = [
        (
            ["apple", "bread", "egg", "potato", "tomato"],
            ["countertop", "fridge", "diningtable", "microwave", "sinkbasin", "garbagecan", "sidetable"]
        ),
        (["lettuce"], ["countertop", "fridge", "diningtable", "sinkbasin", "garbagecan", "sidetable"]),
        (
            ["plate", "bowl", "cup", "mug", "glassbottle", "winebottle"],
            [
                "countertop", "diningtable", "sinkbasin", "coffeemachine", "fridge", "microwave", "shelf",
                "sidetable", "desk", "dresser", "coffeetable", "garbagecan", "cabinet",
            ]
        ),
        (
            ["knife", "butterknife", "fork", "spoon", "spatula", "ladle"],
            ["countertop", "diningtable", "sinkbasin", "sidetable", "coffeetable", "drawer", "cabinet"]
        ),
        (
            ["pan", "pot", "kettle"],
            [
                "stoveburner", "countertop", "diningtable", "sinkbasin", "fridge", "shelf", "sidetable",
                "cabinet",
            ]
        ),
        (
            ["saltshaker", "peppershaker"],
            ["countertop", "diningtable", "sidetable", "shelf", "coffeetable", "drawer", "cabinet"]
        ),
        (
            ["papertowel", "papertowelroll", "tissuebox", "spraybottle", "soapbottle", "dishsponge"],
            [
                "countertop", "sinkbasin", "toilet", "cart", "shelf", "bathtubbasin", "garbagecan",
                "diningtable",
                "sidetable", "coffeetable", "tvstand", "desk", "dresser", "cabinet", "drawer",
            ]
        ),
        (
            ["toiletpaper", "toiletpaperroll", "plunger", "scrubbrush"],
            [
                "toiletpaperhanger", "toilet", "countertop", "cart", "shelf", "garbagecan", "sidetable",
                "cabinet",
                "drawer",
            ]
        ),
        (
            ["soapbar", "handtowel", "towel", "cloth", "candle"],
            [
                "towelholder", "handtowelholder", "countertop", "sinkbasin", "toilet", "bathtubbasin", "cart",
                "shelf", "garbagecan", "laundryhamper", "sidetable", "coffeetable", "diningtable", "cabinet",
                "drawer",
            ]
        ),
        (
            ["pillow", "teddybear", "basketball", "baseballbat", "tennisracket"],
            ["bed", "sofa", "armchair", "ottoman", "dresser", "desk", "countertop", "sidetable"]
        ),
        (
            ["laptop", "book", "newspaper", "remotecontrol", "cellphone"],
            [
                "desk", "coffeetable", "sidetable", "bed", "sofa", "armchair", "dresser", "diningtable",
                "ottoman",
                "countertop", "shelf", "tvstand", "garbagecan", "safe", "cabinet", "drawer",
            ]
        ),
        (
            ["pen", "pencil", "cd", "alarmclock", "creditcard", "keychain", "watch"],
            [
                "desk", "sidetable", "coffeetable", "dresser", "shelf", "diningtable", "countertop", "sofa",
                "armchair", "garbagecan", "safe", "drawer", "cabinet",
            ]
        ),
        (
            ["vase", "statue", "wateringcan", "box", "boots"],
            [
                "coffeetable", "shelf", "sidetable", "dresser", "diningtable", "desk", "countertop", "sofa",
                "armchair", "safe", "cabinet", "drawer",
            ]
        ),
        (
            ["desklamp", "floorlamp"],
            ["desk", "sidetable", "dresser", "shelf", "coffeetable", "diningtable", "tvstand"]
        ),
    ]

    /// Any other thing: what lies open first, then what must be opened.
    private static let otherwise = [
        "countertop", "diningtable", "coffeetable", "sidetable", "desk", "dresser", "shelf", "bed", "sofa",
        "armchair",
        "ottoman", "tvstand", "cart", "toilet", "sinkbasin", "bathtubbasin", "stoveburner", "garbagecan",
        "laundryhamper", "fridge", "microwave", "safe", "cabinet", "drawer",
    ]
}
