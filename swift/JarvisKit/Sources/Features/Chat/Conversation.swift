import Foundation
import Models

/// What the screen of a conversation shows: what it is about, and the branch that is shown as far as it is loaded.
public struct ConversationValue: Decodable, Sendable, Equatable {
  public struct Goal: Decodable, Sendable, Equatable, Identifiable {
    public let id: ObjectID
    public let title: String
  }
  public struct LifeArea: Decodable, Sendable, Equatable, Identifiable {
    public let id: ObjectID
    public let name: String
  }
  public struct Conversation: Decodable, Sendable, Equatable, Identifiable {
    public let id: ObjectID
    public internal(set) var title: String
    public let archived: Bool
    /// The goals and life areas that it is about; nil while they are not known.
    public let contextGoals: [Goal]?
    public let contextLifeAreas: [LifeArea]?
    /// The conversation that it was forked from.
    public let forkedFrom: Goal?
    public internal(set) var messages: Connection<Message>?
  }
  /// Nil when it was deleted.
  public internal(set) var conversation: Conversation?

  public var messages: [Message] { conversation?.messages?.nodes ?? [] }

  /// Where what was said before begins.
  var previousCursor: String? {
    conversation?.messages?.pageInfo.flatMap { $0.hasPreviousPage == true ? $0.startCursor : nil }
  }

  /// This with the page before it.
  func preceded(by page: Self) -> Self {
    var joined = self
    joined.conversation?.messages?.nodes = page.messages + messages
    joined.conversation?.messages?.pageInfo = page.conversation?.messages?.pageInfo
    return joined
  }

  /// Its latest page as it is now, with what was loaded before that page.
  func renewed(by page: Self) -> Self {
    guard let first = page.messages.first, let place = messages.firstIndex(where: { $0.id == first.id }) else { return page }
    var renewed = page
    renewed.conversation?.messages?.nodes = messages[..<place] + page.messages
    renewed.conversation?.messages?.pageInfo = place == 0 ? page.conversation?.messages?.pageInfo : conversation?.messages?.pageInfo
    return renewed
  }
}

/// A message that was added or went on somewhere.
struct ChatNews<Conversation: Decodable & Sendable>: Decodable, Sendable {
  struct Event: Decodable, Sendable {
    let message: Message?
    let conversation: Conversation?
  }
  let chatMessage: Event?
}

/// What a new conversation takes along of the one that it is made of.
public enum ForkMode: String, Sendable, CaseIterable {
  /// What was said up to a message.
  case visiblePath = "VISIBLE_PATH"
  /// What was said up to a message, and all that came after it.
  case fromHere = "FROM_HERE"
  case allBranches = "ALL_BRANCHES"
}
