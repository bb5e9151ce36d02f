import Models

/// One of the shared operation documents, as the server's manifest of persisted operations has it.
public struct Document: Sendable, Hashable {
  public enum Kind: String, Sendable { case query, mutation, subscription }

  public let name: String
  public let kind: Kind
  /// SHA-256 of the body, hexadecimal: enough for a server that knows the document.
  public let hash: String
  public let body: String

  public init(name: String, kind: Kind, hash: String, body: String) {
    self.name = name
    self.kind = kind
    self.hash = hash
    self.body = body
  }

  public static func == (a: Document, b: Document) -> Bool { a.hash == b.hash && a.name == b.name }
  public func hash(into hasher: inout Hasher) { hasher.combine(hash) }
}

/// An operation with its variables, on its way to the graph.
public struct Request: Sendable, Hashable {
  public let operation: Document
  public var variables: JSONValue
  /// Sent again with the same key and input, a mutation is done once; the server remembers the key for 24 hours.
  public var idempotencyKey: String?
  /// Whether the answer may be kept on this device, and given again while the server cannot be reached (`Answer.keptAt`).
  public var mayBeKept = false

  public init(_ operation: Document, _ variables: JSONValue = [:], idempotencyKey: String? = nil) {
    self.operation = operation
    self.variables = variables
    self.idempotencyKey = idempotencyKey
  }
}
