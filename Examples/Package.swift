// swift-tools-version: 6.3
import PackageDescription

// A user's view of the library: a package of its own that sees nothing but the products.
let products: [Target.Dependency] = [
  .product(name: "Sockets", package: "parley"),
  .product(name: "Messaging", package: "parley"),
]

let programs = [
  "Hello", "TimeServer", "EchoServer", "EchoClient", "FramedMessages", "Countdown",
  "ProducerConsumer", "UDPPeer", "ClassicChat", "MessageServer", "MessageClient", "FiveClasses",
]

let package = Package(
  name: "examples",
  dependencies: [.package(name: "parley", path: "..")],
  targets: programs.map { .executableTarget(name: $0, dependencies: products) },
  swiftLanguageModes: [.v6]
)
