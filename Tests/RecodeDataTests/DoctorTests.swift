import FoundationEssentials
import Glibc
import Testing

/// What the program says of the sandbox on this machine, as the user who runs the tests and as another.
@Suite(.serialized) struct DoctorTests {
    /// The value of each line, by its name.
    private func facts(_ output: String) -> [String: String] {
        Dictionary(
            output.split(separator: "\n").map { line in
                let name = line.firstRange(of: "  ").map { line[..<$0.lowerBound] } ?? line
                return (String(name), String(line.dropFirst(name.count).drop { $0 == " " }))
            }, uniquingKeysWith: { first, _ in first })
    }

    @Test func theSandboxOfThisMachineIsTold() async throws {
        let outcome = try await BuiltProgram.run(["doctor", "--executor-python", OrdinaryUser.python])
        #expect(outcome.code == 0, "\(outcome.errors)")
        let facts = facts(outcome.output)
        #expect(
            facts.keys.sorted() == [
                "Python", "addresses", "bubblewrap", "control group", "executors", "limits", "system calls",
                "user of the code",
            ])
        #expect(facts["bubblewrap"]?.contains("/bwrap, ") == true)
        #expect(facts["Python"]?.contains("3.") == true)
        let user = geteuid() == 0 ? 65_534 : Int(geteuid())
        #expect(facts["user of the code"]?.hasPrefix("\(user) on this machine, 65534 inside") == true)
        #expect(facts["control group"]?.isEmpty == false)
    }

    @Test func aMachineWithoutASandboxIsCode69WithTheWordsOfCollect() async throws {
        let missing = ["--executor-python", "/nonexistent/python3"]
        let outcome = try await BuiltProgram.run(["doctor"] + missing)
        #expect(outcome.code == 69)
        #expect(outcome.output.isEmpty)
        #expect(
            outcome.errors
                == "recode-data: error: The executor needs Python 3.10 or newer (looked at /nonexistent/python3: not there). Install one"
                + " with: apt-get install python3; or name one: --executor-python PATH\n")
    }

    /// As a user that the test makes, with a copy of the program that everybody may run.
    @Test(
        .enabled(
            if: geteuid() == 0, "only root can make a user; as an ordinary user every other test is this one")
    )
    func anOrdinaryUserHasTheSameSandbox() async throws {
        let (user, outcome) = try await OrdinaryUser.withUser { user in
            (user.number, try await user.run(["doctor", "--executor-python", OrdinaryUser.python]))
        }
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(
            facts(outcome.output)["user of the code"]
                == "\(user) on this machine, 65534 inside; by way of a user namespace, made by this user")
        #expect(facts(outcome.output)["executors"]?.hasPrefix("forked by one parent") == true)
    }
}
