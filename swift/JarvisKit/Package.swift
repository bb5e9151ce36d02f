// swift-tools-version: 6.0
import PackageDescription

// On Linux the package builds without a network: everything that needs Apple's frameworks or Apollo iOS is a target of its own, which is
// only there on Apple's systems, in the block at the end. "npm run test:swift" type-checks those targets against stand-ins.
let package = Package(
  name: "JarvisKit",
  defaultLocalization: "en",
  platforms: [.iOS(.v17), .macOS(.v14)],
  products: [
    .library(
      name: "JarvisKit",
      targets: ["Models", "Graph", "GraphHTTP", "Persistence", "PersistenceSQLite", "Sync", "Session", "Features", "DeviceData"])
  ],
  targets: [
    .target(name: "Models"),
    .target(name: "Graph", dependencies: ["Models"]),
    .target(name: "GraphHTTP", dependencies: ["Graph"]),
    .target(name: "Persistence", dependencies: ["Models"]),
    .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    .target(name: "PersistenceSQLite", dependencies: ["Persistence", "CSQLite"]),
    .target(name: "Sync", dependencies: ["Graph", "Persistence"]),
    .target(name: "Session", dependencies: ["Graph"]),
    .target(name: "DeviceData", dependencies: ["Graph", "Persistence"]),
    .target(name: "Features", dependencies: ["Sync", "Session", "DeviceData"]),
    .testTarget(name: "ModelsTests", dependencies: ["Models"]),
    .testTarget(name: "GraphTests", dependencies: ["Graph", "GraphHTTP", "Features"], resources: [.copy("Answers")]),
    .testTarget(name: "PersistenceTests", dependencies: ["Persistence", "PersistenceSQLite"]),
    .testTarget(name: "SyncTests", dependencies: ["Sync", "PersistenceSQLite"]),
    .testTarget(name: "SessionTests", dependencies: ["Session"]),
    .testTarget(name: "DeviceDataTests", dependencies: ["DeviceData"]),
    .executableTarget(name: "OutboxProcess", dependencies: ["Features", "PersistenceSQLite"], path: "Tests/OutboxProcess"),
    .testTarget(name: "FeaturesTests", dependencies: ["Features", "PersistenceSQLite", "OutboxProcess"]),
    .testTarget(name: "EndToEndTests", dependencies: ["Features", "GraphHTTP", "PersistenceSQLite"]),
  ],
  swiftLanguageModes: [.v6]
)

#if !os(Linux)
  package.dependencies += [.package(url: "https://github.com/apollographql/apollo-ios.git", from: "2.3.0")]
  package.products += [.library(name: "JarvisApp", targets: ["Screens", "AppleDevice", "GraphApollo", "PersistenceCoreData"])]
  package.targets += [
    .target(name: "AppleDevice", dependencies: ["DeviceData", "Features", "GraphApollo", "GraphHTTP", "PersistenceSQLite", "Session"]),
    .target(name: "Design", dependencies: ["Features"]),
    .target(name: "Screens", dependencies: ["Design", "DeviceData", "Features"]),
    .target(name: "PersistenceCoreData", dependencies: ["Persistence"]),
    // Apollo's code generation writes the rest of it: "npm run codegen:ios".
    .target(name: "JarvisAPI", dependencies: ["Models", .product(name: "ApolloAPI", package: "apollo-ios")]),
    .target(
      name: "GraphApollo",
      dependencies: [
        "JarvisAPI", "Session", .product(name: "Apollo", package: "apollo-ios"), .product(name: "ApolloSQLite", package: "apollo-ios"),
        .product(name: "ApolloWebSocket", package: "apollo-ios"),
      ]),
  ]
  // The contract of stores runs over this one, too.
  package.targets.first { $0.name == "PersistenceTests" }?.dependencies.append("PersistenceCoreData")
#endif
