// swift-tools-version: 6.3
import PackageDescription

/// What every Swift target is built with.
let common: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

/// The pure targets add this: an unmarked unsafe call is an error there.
let pure = common + [.strictMemorySafety()]

let package = Package(
  name: "parley",
  products: [
    .library(name: "Sockets", targets: ["Sockets"]),
    .library(name: "Messaging", targets: ["Messaging"]),
    .executable(name: "parley", targets: ["parley"]),
  ],
  targets: [
    // Pure: values in, values out.
    .target(name: "Wire", swiftSettings: pure),
    .target(name: "Rooms", dependencies: ["Wire"], swiftSettings: pure),

    // Effectful: Linux, threads, time.
    .systemLibrary(name: "CLinux"),
    .target(name: "Sockets", dependencies: ["CLinux"], swiftSettings: common),
    .target(name: "Messaging", dependencies: ["Sockets", "Wire"], swiftSettings: common),
    .target(
      name: "Chat", dependencies: ["CLinux", "Sockets", "Messaging", "Wire", "Rooms"],
      swiftSettings: common),
    .executableTarget(
      name: "parley", dependencies: ["CLinux", "Sockets", "Messaging", "Wire", "Rooms", "Chat"],
      swiftSettings: common),

    // For ./bench alone, and no product: what the core costs without a task.
    .executableTarget(
      name: "BareCore", dependencies: ["Sockets"], path: "Benchmarks/BareCore",
      swiftSettings: common),

    .testTarget(name: "WireTests", dependencies: ["Wire"], swiftSettings: common),
    .testTarget(name: "RoomsTests", dependencies: ["Rooms", "Wire"], swiftSettings: common),
    .testTarget(name: "SocketsTests", dependencies: ["Sockets", "CLinux"], swiftSettings: common),
    .testTarget(
      name: "MessagingTests", dependencies: ["Messaging", "Sockets", "Wire"],
      swiftSettings: common),
    .testTarget(
      name: "ChatTests", dependencies: ["CLinux", "Chat", "Rooms", "Messaging", "Sockets", "Wire"],
      swiftSettings: common),
    .testTarget(
      name: "CommandTests",
      dependencies: ["parley", "Chat", "Messaging", "Rooms", "Sockets", "Wire"],
      exclude: ["Peers"],
      swiftSettings: common),
  ],
  swiftLanguageModes: [.v6]
)
