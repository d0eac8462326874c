import Testing
import Trajectories

@testable import TraceGen

struct DecisionTreeTests {
    @Test func preOrderPutsParentsBeforeChildrenWhateverTheOrderOfGrowth() {
        var generator = SeededGenerator(seed: 42)
        for _ in 0..<200 {
            var tree = DecisionTree(root: "root")
            for attempt in 0..<Int.random(in: 1...12, using: &generator) {
                let parent = Int.random(in: 0..<tree.nodes.count, using: &generator)
                _ = tree.expand(parent, attempt: attempt, into: ["a\(attempt)", "b\(attempt)"])
            }
            let nodes = tree.preOrder()
            #expect(nodes.map(\.id) == Array(nodes.indices))
            #expect(nodes.count == tree.nodes.count)
            #expect(
                nodes.dropFirst().allSatisfy { node in
                    node.parent.map { $0 < node.id && nodes[$0].depth + 1 == node.depth } ?? false
                })
        }
    }
}
