// swift-tools-version: 6.3
import PackageDescription

// Servers as a user of the library would write them: products only, no framework. `../bench` runs them.

let common: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let package = Package(
  name: "benchmarks",
  dependencies: [.package(name: "parley", path: "..")],
  targets: [
    .executableTarget(
      name: "EchoServer", dependencies: [.product(name: "Sockets", package: "parley")],
      swiftSettings: common),
    .executableTarget(
      name: "FrameServer",
      dependencies: [
        .product(name: "Messaging", package: "parley"),
        .product(name: "Sockets", package: "parley"),
      ],
      swiftSettings: common),
    .executableTarget(
      name: "Dialler", dependencies: [.product(name: "Sockets", package: "parley")],
      swiftSettings: common),
    .executableTarget(
      name: "DatagramServer", dependencies: [.product(name: "Sockets", package: "parley")],
      swiftSettings: common),
  ],
  swiftLanguageModes: [.v6]
)
