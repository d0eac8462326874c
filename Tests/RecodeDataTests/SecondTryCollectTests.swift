import FoundationEssentials
import TemporaryFiles
import TestServers
import Testing
import Trajectories

/// Collections by the command line in a shop that dies or refuses, with a real server of completions: what the shop said is
/// kept, and no answer is paid for twice.
@Suite struct SecondTryCollectTests {
    private let directory: TemporaryDirectory
    private static let python = VerifyFixture.python["RECODE_DATA_PYTHON"] ?? ""

    init() throws {
        directory = try TemporaryDirectory()
    }

    /// A program that passes requests on to a shop; it dies with it at a purchase, as often as a file says, or refuses one.
    private func shop(deaths: Int = 0, refuses: Bool = false) throws -> String {
        let left = try directory.write(Array("\(deaths)".utf8), to: "deaths")
        let source = """
            import os, pathlib, subprocess, sys
            left = pathlib.Path("\(left)")
            command = [sys.executable, "-I", "-B", "\(VerifyFixture.root)/environments/webshop.py"]
            shop = subprocess.Popen(
                command + ["--synthetic", "200", "--seed", "3"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            for line in sys.stdin.buffer:
                if b"click[buy now]" in line and \(refuses ? "True" : "False"):
                    print('{"error": "there is no request None", "code": "bad_request"}', flush=True)
                    continue
                if b"click[buy now]" in line and (count := int(left.read_text())):
                    left.write_text(str(count - 1))
                    shop.kill()
                    os.kill(os.getpid(), 9)
                shop.stdin.write(line)
                shop.stdin.flush()
                sys.stdout.buffer.write(shop.stdout.readline())
                sys.stdout.buffer.flush()
            shop.stdin.close()
            shop.wait()
            """
        let path = try directory.write(Array(source.utf8), to: "shop.py")
        return "'\(Self.python)' -I -B '\(path)'"
    }

    /// Collects, and reads what came of it.
    private func collect(
        _ server: MisbehavingServer, _ scenario: String = "shopper", in shop: String, into run: String,
        _ more: String...
    ) async throws -> [Trajectory] {
        let profiles = "models: {p: {base_url: \"\(server.baseURL(scenario, run))\", model: m}}"
        _ = try directory.write(Array(profiles.utf8), to: "profiles.yaml")
        return try await play(["--policy", "p", "--profiles", "profiles.yaml"] + more, in: shop, into: run)
    }

    private func play(_ options: [String], in shop: String, into run: String) async throws -> [Trajectory] {
        let outcome = try await BuiltProgram.run(
            [
                "collect", "--env-command", shop, "--run", run, "--python", Self.python, "--variations", "1",
                "--tasks", "beauty,fashion", "--concurrency", "1",
            ] + options, in: directory.path)
        #expect(outcome.code == 0, "\(outcome.errors)")
        let verified = try await BuiltProgram.run(
            ["verify", run, "--replay", "2"], in: directory.path, variables: VerifyFixture.python)
        #expect(verified.code == 0, "\(verified.errors)")
        let reader = try RunDirectory.open(directory.file(run)).trajectories()
        var trajectories: [Trajectory] = []
        while let trajectory = try reader.next() { trajectories.append(trajectory) }
        return trajectories
    }

    private func withoutTries(_ trajectories: [Trajectory]) -> [Trajectory] {
        trajectories.map { trajectory in
            var trajectory = trajectory
            trajectory.tries = nil
            return trajectory
        }
    }

    @Test func aSecondTryIsPaidForOnceAndReplayedToTheSame() async throws {
        try await MisbehavingServer.withServer { server in
            let quiet = try await collect(server, in: shop(), into: "quiet")
            let disturbed = try await collect(server, in: shop(deaths: 1), into: "disturbed")
            #expect(quiet.count == 2 && quiet.allSatisfy { $0.tries == nil })
            #expect(
                disturbed.map(\.tries) == [[GivenUpTry(fault: .environmentWorker, steps: 2)], nil])
            #expect(withoutTries(disturbed) == quiet)
            let asked = try await [
                server.seen("shopper", "quiet").count, server.seen("shopper", "disturbed").count,
            ]
            #expect(asked == [2, 2])
            let replayed = try await play(["--policy", "replay:disturbed"], in: shop(), into: "replayed")
            #expect(replayed == quiet)
        }
    }

    @Test func aShopThatDiesTwiceLeavesItsStepsCallsAndUsage() async throws {
        try await MisbehavingServer.withServer { server in
            let trajectories = try await collect(server, in: shop(deaths: 2), into: "run")
            let failed = try #require(trajectories.first)
            #expect(failed.ended == .environmentError && failed.steps == 2 && failed.calls == 1)
            #expect(failed.usage.promptTokens > 0 && failed.nodes.flatMap(\.actions).count == 2)
            #expect(failed.tries == [GivenUpTry(fault: .environmentWorker, steps: 2)])
            #expect(failed.endedDetail?.contains("\nTry 2: The webshop worker failed") == true)
            #expect(trajectories.last?.ended == .environmentDone)
            #expect(try await server.seen("shopper", "run").count == 2)
        }
    }

    @Test func aPurchaseThatIsRefusedEndsNoRun() async throws {
        try await MisbehavingServer.withServer { server in
            let trajectories = try await collect(server, in: shop(refuses: true), into: "run")
            #expect(trajectories.map(\.ended) == [.environmentError, .environmentError])
            #expect(trajectories.allSatisfy { $0.steps == 2 && $0.calls == 1 && $0.tries == nil })
            #expect(trajectories[0].endedDetail?.hasSuffix("webshop: there is no request None") == true)
        }
    }

    @Test(arguments: ["recode", "codeact"]) func aForgedActionEndsNoRun(agent: String) async throws {
        try await MisbehavingServer.withServer { server in
            let trajectories = try await collect(server, "forger", in: shop(), into: "run", "--agent", agent)
            #expect(trajectories.map(\.ended) == [.policyError, .policyError])
            #expect(trajectories.allSatisfy { $0.steps == 0 && $0.calls == 1 })
        }
    }
}
