import Foundation
import Graph
import Models
import Observation

public struct FoundValue: Decodable, Sendable, Equatable {
  public struct Part: Decodable, Sendable, Equatable {
    public let text: String
    /// Whether it is one of the words that were looked for.
    public let found: Bool
  }
  public struct Message: Decodable, Sendable, Equatable {
    public struct Conversation: Decodable, Sendable, Equatable {
      public let id: ObjectID
      public let title: String
    }
    public let id: ObjectID
    public let role: MessageRole
    public let createdAt: Date
    public let conversation: Conversation
  }
  public struct Match: Decodable, Sendable, Equatable, Identifiable {
    public let message: Message
    /// A part of the text around what was found.
    public let excerpt: [Part]
    public var id: ObjectID { message.id }
  }
  public struct Viewer: Decodable, Sendable, Equatable { public internal(set) var searchMessages: Connection<Match>? }
  public internal(set) var viewer: Viewer?

  public var matches: [Match] { viewer?.searchMessages?.nodes ?? [] }

  var searchMessages: Connection<Match>? {
    get { viewer?.searchMessages }
    set { viewer?.searchMessages = newValue }
  }
}

/// Looks for words in everything that was said, while they are typed.
@MainActor @Observable public final class MessageSearchModel {
  public var text = ""
  /// Nil while nothing is looked for.
  public private(set) var results: QueryModel<FoundValue>?

  @ObservationIgnored private let parts: Parts

  init(parts: Parts) { self.parts = parts }

  /// Looks for what is typed, once the person pauses: to be called on each change of `text` by a task that the next one cancels.
  public func search() async {
    let wanted = String(text.trimmingCharacters(in: .whitespacesAndNewlines).prefix(200))
    guard !wanted.isEmpty else {
      results = nil
      return
    }
    do { try await parts.surroundings.pause(0.3) } catch { return }
    let results = parts.model(
      Document.searchMessages, ["query": .string(wanted)], isEmpty: { (value: FoundValue) in value.matches.isEmpty },
      paging: Paging(\.searchMessages), isKept: false)
    self.results = results
    await results.open()
  }
}

extension Parts {
  @MainActor public func messageSearch() -> MessageSearchModel { MessageSearchModel(parts: self) }
}
