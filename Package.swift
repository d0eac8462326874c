// swift-tools-version: 6.2
// The package of recode-data. Arrows between targets point one way: docs/architecture.md draws them.

import PackageDescription

let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]

let package = Package(
    name: "recode-data",
    products: [
        .executable(name: "recode-data", targets: ["RecodeData"])
    ],
    // Exact: warnings are errors here, and a newer version may deprecate what is used.
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", exact: "1.0.2", traits: []),
    ],
    targets: [
        // Bytes: gzip and lines. The only place that knows how files are compressed.
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CCrypto", providers: [.apt(["libssl-dev"])]),
        // One system call that Swift's import of the C library leaves out.
        .target(name: "CFileSystem"),
        .target(
            name: "JSONLines",
            dependencies: ["CCrypto", "CFileSystem", "CZlib"],
            swiftSettings: strict),

        // Records: the types of the contract, their codec and the run directory that holds them.
        .target(
            name: "Trajectories",
            dependencies: ["JSONLines"],
            swiftSettings: strict),

        // What several stages ask: prompts and the texts they are made of, and language models over HTTP.
        .target(name: "Prompts", dependencies: ["JSONLines", "Trajectories"], swiftSettings: strict),
        .target(
            name: "LanguageModels",
            dependencies: [
                "Trajectories",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: strict),

        // Tokens as the reference tokenizers count them.
        .target(name: "Tokens", dependencies: ["JSONLines", "Trajectories"], swiftSettings: strict),

        // Stages: none of them imports another.
        .target(name: "CSandbox"),
        .target(
            name: "TraceGen",
            dependencies: [
                "CSandbox", "LanguageModels", "Prompts", "Trajectories",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            resources: [
                .embedInCode("Resources/code_reader.py"),
                .embedInCode("Resources/code_rules.py"),
                .embedInCode("Resources/executor_bootstrap.py"),
                .embedInCode("Resources/executor_isolation.py"),
                .embedInCode("Resources/executor_limits.py"),
                .embedInCode("Resources/executor_parent.py"),
                .embedInCode("Resources/executor_syntax.py"),
                .embedInCode("Resources/executor_values.py"),
                .embedInCode("Resources/executor_worker.py"),
                .embedInCode("Resources/scienceworld_worker.py"),
            ],
            swiftSettings: strict),
        .target(name: "Decompose", dependencies: ["Prompts", "Trajectories"], swiftSettings: strict),
        .target(name: "Import", dependencies: ["Trajectories", "JSONLines"], swiftSettings: strict),
        .target(name: "Filter", dependencies: ["Trajectories", "JSONLines"], swiftSettings: strict),
        .target(name: "Export", dependencies: ["Trajectories", "JSONLines"], swiftSettings: strict),
        .target(name: "Study", dependencies: ["Trajectories"], swiftSettings: strict),

        // The command line joins the stages.
        .executableTarget(
            name: "RecodeData",
            dependencies: [
                "TraceGen", "Import", "Decompose", "Filter", "Export", "Study", "Prompts", "LanguageModels",
                "Tokens", "Trajectories",
                "JSONLines", "Yams",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Subprocess", package: "swift-subprocess"),
            ],
            resources: [
                .embedInCode("Resources/chat_renderer.py"),
                .embedInCode("Resources/line_protocol.py"),
                .embedInCode("Resources/parquet_writer.py"),
            ],
            swiftSettings: strict),

        // What `make bench` runs.
        .executableTarget(
            name: "RecodeBench",
            dependencies: [
                "JSONLines", "LanguageModels", "Prompts", "TestServers", "Tokens", "TraceGen",
                "Trajectories",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Subprocess", package: "swift-subprocess"),
            ],
            resources: [.embedInCode("slow_endpoint.py")],
            swiftSettings: strict),

        .target(name: "TemporaryFiles", path: "Tests/TemporaryFiles", swiftSettings: strict),
        // Processes that tests start, kill, and give small disks; and one that collects without an environment.
        .target(
            name: "TestProcesses", dependencies: [.product(name: "Subprocess", package: "swift-subprocess")],
            path: "Tests/TestProcesses", swiftSettings: strict),
        .executableTarget(
            name: "CollectorProcess", dependencies: ["Trajectories"], path: "Tests/CollectorProcess",
            swiftSettings: strict),
        .target(
            name: "TestServers",
            dependencies: [
                "Trajectories",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Subprocess", package: "swift-subprocess"),
            ],
            path: "Tests/TestServers",
            exclude: ["hostile_code.py", "misbehaving_server.py", "misdeeds.py", "model_answers.py"],
            swiftSettings: strict),
        .target(
            name: "ReferenceEpisodes", dependencies: ["Trajectories"], path: "Tests/ReferenceEpisodes",
            swiftSettings: strict),
        .testTarget(
            name: "RecodeDataTests",
            dependencies: [
                "RecodeData", "ReferenceEpisodes", "TraceGen", "Export", "Filter", "Study", "JSONLines",
                "Trajectories", "Import", "LanguageModels", "Tokens",
                "TemporaryFiles", "TestProcesses", "TestServers",
                .product(name: "Subprocess", package: "swift-subprocess"),
            ],
            exclude: ["Corpus", "Golden", "recount.py", "schema_check.py"], swiftSettings: strict),
        .testTarget(
            name: "TraceGenTests",
            dependencies: ["TraceGen", "Decompose", "LanguageModels", "Prompts", "TemporaryFiles"],
            exclude: ["Corpus"], swiftSettings: strict),
        .testTarget(
            name: "JSONLinesTests",
            dependencies: [
                "JSONLines", "TemporaryFiles", .product(name: "Subprocess", package: "swift-subprocess"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "DecomposeTests",
            dependencies: [
                "Decompose", "Prompts", "TemporaryFiles", "Trajectories",
                .product(name: "Subprocess", package: "swift-subprocess"),
            ],
            exclude: ["Golden"], swiftSettings: strict),
        .testTarget(
            name: "ExportTests",
            dependencies: [
                "Export", "JSONLines", "Trajectories",
                .product(name: "Subprocess", package: "swift-subprocess"),
            ],
            exclude: ["Golden"], swiftSettings: strict),
        .testTarget(
            name: "StudyTests",
            dependencies: [
                "Study", "Trajectories", "TestProcesses",
            ],
            exclude: ["Golden", "reference_statistics.py"], swiftSettings: strict),
        .testTarget(
            name: "LanguageModelsTests",
            dependencies: [
                "LanguageModels", "TemporaryFiles", "TestServers", "Trajectories",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Logging", package: "swift-log"),
            ],
            exclude: ["Golden"], swiftSettings: strict),
        .testTarget(
            name: "TrajectoriesTests",
            dependencies: [
                "Trajectories", "JSONLines", "CollectorProcess", "TemporaryFiles", "TestProcesses",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "ImportTests",
            dependencies: ["Import", "JSONLines", "ReferenceEpisodes", "Trajectories", "TemporaryFiles"],
            swiftSettings: strict),
        .testTarget(
            name: "TokensTests",
            dependencies: [
                "Export", "JSONLines", "Tokens", "Trajectories", "TemporaryFiles",
                .product(name: "Subprocess", package: "swift-subprocess"),
            ],
            exclude: ["reference_tokens.py"], swiftSettings: strict),
        .testTarget(
            name: "FilterTests",
            dependencies: [
                "Filter", "Trajectories", "TemporaryFiles", "TestProcesses",
            ],
            exclude: ["reference_quantiles.py"], swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
