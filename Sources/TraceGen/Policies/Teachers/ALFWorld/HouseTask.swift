/// What a household task asks for, read from its words alone.
struct HouseTask: Sendable, Hashable {
    /// What is done to an object before it is put in its place.
    enum Change: String, Sendable, Hashable, CaseIterable {
        case clean, heat, cool

        /// The kind of place that does it.
        var tool: String {
            switch self {
            case .clean: "sinkbasin"
            case .heat: "microwave"
            case .cool: "fridge"
            }
        }

        /// How a task calls an object to which it was done.
        var adjectives: [String] {
            switch self {
            case .clean: ["clean", "cleaned", "washed", "rinsed"]
            case .heat: ["hot", "heated", "warm", "warmed", "cooked"]
            case .cool: ["cool", "cooled", "cold", "chilled"]
            }
        }

        /// The words that ask for it.
        var verbs: [String] {
            switch self {
            case .clean: ["clean", "wash", "rinse"]
            case .heat: ["heat", "warm", "cook"]
            case .cool: ["cool", "chill"]
            }
        }
    }

    /// What is done with the object in the end.
    enum End: Sendable, Hashable {
        /// So many of it are put in or on one place of a kind.
        case put(count: Int, place: String)
        /// It is held under a lamp of a kind.
        case look(lamp: String)
    }

    /// The kind of object.
    var object: String
    /// What is done to it first.
    var change: Change?
    /// What is done with it.
    var end: End

    /// Reads an instruction.
    ///
    /// Known are the wordings of the package: `put a clean plate in diningtable`, `cool some apple and put it in
    /// garbagecan`, `find two pillow and put them on sofa`, `look at cd under the desklamp`, and what is close to them.
    /// - Returns: nothing where it asks for none of that.
    init?(_ instruction: String) {
        let words = instruction.lowercased().split { !$0.isLetter && !$0.isNumber && $0 != "/" }.map(
            String.init)
        guard let first = words.first else { return nil }
        if first == "look" || first == "examine" {
            self.init(looking: words)
        } else {
            self.init(putting: words)
        }
    }

    private init?(looking words: [String]) {
        guard let middle = words.lastIndex(where: { ["under", "with", "by", "using"].contains($0) }),
            let object = Self.noun(words[..<middle].dropFirst()),
            let lamp = Self.noun(words[(middle + 1)...])
        else { return nil }
        self.object = object
        end = .look(lamp: lamp)
    }

    private init?(putting words: [String]) {
        guard let middle = words.lastIndex(where: { ["in", "on", "in/on", "into", "onto"].contains($0) }),
            let place = Self.noun(words[(middle + 1)...])
        else { return nil }
        let before = words[..<middle]
        let asked = before.firstIndex(of: "and").map { before[..<$0] } ?? before
        guard asked.count > 1, let object = Self.noun(asked.dropFirst()) else { return nil }
        self.object = object
        change = Self.change(asked)
        end = .put(count: asked.contains("two") ? 2 : 1, place: place)
    }

    private static func change(_ words: ArraySlice<String>) -> Change? {
        Change.allCases.first { change in
            change.verbs.contains(words.first ?? "")
                || words.dropFirst().dropLast().contains { change.adjectives.contains($0) }
        }
    }

    /// The word that names the thing: the last one, the way the package joins its names (`soapbottle`).
    private static func noun(_ words: ArraySlice<String>) -> String? {
        let small = ["a", "an", "the", "some", "two", "it", "them", "at"]
        return words.last { !small.contains($0) }
    }
}

extension HouseTask {
    /// How many objects it takes.
    var count: Int {
        if case .put(let count, _) = end { count } else { 1 }
    }

    /// The kind of place where objects end up; `nil` where something is looked at.
    var place: String? {
        if case .put(_, let place) = end { place } else { nil }
    }

    /// The kind of lamp to look by.
    var lamp: String? {
        if case .look(let lamp) = end { lamp } else { nil }
    }
}
