import Foundation
import Models

/// What came back: the data, and what could not be had of it while a part of the server was away.
public struct Answer: Sendable, Equatable {
  public let data: JSONValue
  public let problems: [GraphProblem]
  /// Set for an answer that this device gave in the server's place: nothing in it is newer.
  public let keptAt: Date?

  public init(data: JSONValue, problems: [GraphProblem] = []) {
    self.init(data: data, problems: problems, keptAt: nil)
  }

  public init(data: JSONValue, problems: [GraphProblem], keptAt: Date?) {
    self.data = data
    self.problems = problems
    self.keptAt = keptAt
  }

  /// Reads a body of GraphQL over HTTP.
  /// - Throws: `GraphFault` when it has no data.
  public init(body: Data) throws(GraphFault) {
    struct Body: Decodable {
      let data: JSONValue?
      let errors: [GraphProblem]?
    }
    guard let body = try? JSON.decode(Body.self, from: body) else {
      throw GraphFault.unreadable("The answer is not one of a graph.")
    }
    let problems = body.errors ?? []
    guard let data = body.data, data != .null, !problems.contains(where: { $0.code == "UNAUTHENTICATED" }) else {
      throw GraphFault(problems)
    }
    self.init(data: data, problems: problems)
  }
}

/// The graph, as the features see it. Live it is a client over the network (`GraphHTTP`, or Apollo iOS on Apple's systems); in tests, two
/// closures.
public struct GraphClient: Sendable {
  /// Runs a query or mutation. Throws `GraphFault`, or `CancellationError`.
  public var execute: @Sendable (Request) async throws -> Answer
  /// Follows a subscription on one connection. The stream ends when the server ends it, and throws `GraphFault` when the connection is
  /// lost. Who must miss nothing uses `following`.
  public var subscribe: @Sendable (Request) -> AsyncThrowingStream<Answer, any Error>

  public init(
    execute: @escaping @Sendable (Request) async throws -> Answer,
    subscribe: @escaping @Sendable (Request) -> AsyncThrowingStream<Answer, any Error>
  ) {
    #if DEBUG
      if let recording = Recording.current {
        self.execute = { request in
          recording.note(request)
          return try await execute(request)
        }
        self.subscribe = { request in
          recording.note(request)
          return subscribe(request)
        }
        return
      }
    #endif
    self.execute = execute
    self.subscribe = subscribe
  }

  /// Runs an operation and reads its data as a type.
  /// - Throws: `GraphFault`, `.unreadable` when the data is of another form.
  public func run<Value: Decodable>(_ request: Request, as type: Value.Type = Value.self) async throws -> Value {
    try await execute(request).read(as: type)
  }
}

extension Answer {
  public func read<Value: Decodable>(as type: Value.Type = Value.self) throws -> Value {
    do {
      return try data.read(as: type)
    } catch {
      throw GraphFault.unreadable("\(Value.self): \(error)")
    }
  }
}

/// A mistake that the person can mend, from the `errors` of a mutation's payload.
public struct UserError: Codable, Hashable, Sendable, Error {
  public let code: String
  public let message: String
  public let path: [String]

  public init(code: String, message: String, path: [String] = []) {
    self.code = code
    self.message = message
    self.path = path
  }
}

/// The payload of a mutation: the answer's one member, with the person's mistakes taken out.
public struct Payload: Sendable, Equatable {
  public let value: JSONValue
  public let errors: [UserError]

  /// - Throws: `GraphFault.unreadable` when the answer is not that of one mutation.
  public init(_ answer: Answer) throws {
    guard let members = answer.data.members?.filter({ $0.key != "__typename" }), members.count == 1, let value = members.first?.value,
      value.members != nil
    else {
      if !answer.problems.isEmpty { throw GraphFault(answer.problems) }
      throw GraphFault.unreadable("The answer is not that of one mutation.")
    }
    self.value = value
    do {
      errors = try value["errors"]?.read() ?? []
    } catch {
      throw GraphFault.unreadable("The errors of a payload: \(error)")
    }
  }
}

extension GraphClient {
  /// Runs one mutation and reads its payload.
  /// - Throws: `GraphFault`, or the first `UserError`.
  @discardableResult
  public func change(_ request: Request) async throws -> JSONValue {
    let payload = try Payload(try await execute(request))
    if let problem = payload.errors.first { throw problem }
    return payload.value
  }

  public func change<Value: Decodable>(_ request: Request, as type: Value.Type) async throws -> Value {
    try Answer(data: try await change(request)).read(as: type)
  }
}
