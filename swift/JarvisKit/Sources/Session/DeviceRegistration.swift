import Foundation
import Graph
import Models

/// Where pushes to this device go.
public struct PushAddress: Hashable, Sendable {
  public enum Environment: String, Sendable {
    case sandbox = "SANDBOX", production = "PRODUCTION"

    /// Which of Apple's services gives out addresses to this build: signed for development, the sandbox.
    public static var ofThisBuild: Self {
      #if DEBUG
        .sandbox
      #else
        .production
      #endif
    }
  }

  /// Lower-case hexadecimal, as APNs' own addresses have it.
  public let token: String
  public let environment: Environment

  public init(token: Data, environment: Environment) {
    self.token = token.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    self.environment = environment
  }
}

/// Tells the server about this device, when there is something new to tell.
public actor DeviceRegistration {
  private let graph: GraphClient
  private var told: JSONValue?

  public init(graph: GraphClient) { self.graph = graph }

  /// - Parameter push: nil when the person does not allow pushes.
  /// - Throws: `UserError`, `GraphFault`; then it is told again next time.
  public func register(_ device: DeviceDescription, push: PushAddress?) async throws {
    var input = device.signInInput
    if let push {
      input = input.merging(["pushToken": .string(push.token), "pushEnvironment": .string(push.environment.rawValue)])
    } else {
      input = input.merging(["pushToken": .null])
    }
    guard input != told else { return }
    try await graph.change(Request(Document.registerDevice, ["input": input]))
    told = input
  }
}
