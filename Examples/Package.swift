// swift-tools-version: 6.3
import PackageDescription

// A user's view of the library: a package of its own that sees nothing but the products.
let products: [Target.Dependency] = [
  .product(name: "Sockets", package: "parley"),
  .product(name: "Messaging", package: "parley"),
]

let package = Package(
  name: "examples",
  dependencies: [.package(name: "parley", path: "..")],
  targets: [
    .executableTarget(name: "Hello", dependencies: products),
    .executableTarget(name: "EchoServer", dependencies: products),
    .executableTarget(name: "EchoClient", dependencies: products),
  ],
  swiftLanguageModes: [.v6]
)
