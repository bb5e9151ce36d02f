import Foundation
import Graph
import Models
import Observation
import Persistence

/// A conversation as lists show it.
public struct ConversationRow: Decodable, Sendable, Equatable, Identifiable {
  public struct Current: Decodable, Sendable, Equatable {
    public let role: MessageRole
    public let status: MessageStatus
  }
  public let id: ObjectID
  public internal(set) var title: String
  public internal(set) var archived: Bool
  public let activeAt: Date
  public let messageCount: Int
  public let currentMessage: Current?

  /// Whether the assistant waits for the person's word there.
  public var waitsForPerson: Bool { currentMessage?.status == .waiting }
  public var isBeingWritten: Bool { currentMessage?.status == .pending || currentMessage?.status == .streaming }
}

public struct ConversationsValue: Decodable, Sendable, Equatable {
  public struct Viewer: Decodable, Sendable, Equatable { public internal(set) var conversations: Connection<ConversationRow>? }
  public internal(set) var viewer: Viewer?

  public var rows: [ConversationRow] { viewer?.conversations?.nodes ?? [] }

  var conversations: Connection<ConversationRow>? {
    get { viewer?.conversations }
    set { viewer?.conversations = newValue }
  }
}

/// The person's conversations, those last talked in first.
@MainActor @Observable public final class ConversationsModel {
  public let list: QueryModel<ConversationsValue>
  public let work = Work()
  /// Whether these are those that were put away.
  public let isArchive: Bool

  @ObservationIgnored private let parts: Parts

  init(parts: Parts, isArchive: Bool) {
    self.parts = parts
    self.isArchive = isArchive
    list = parts.model(
      Document.conversations, ["filter": ["archived": .bool(isArchive)]], isEmpty: { $0.rows.isEmpty },
      paging: Paging(\.conversations))
  }

  /// Gives a conversation another name; an empty one changes nothing.
  public func rename(_ id: ObjectID, to title: String) async {
    let title = String(title.trimmingCharacters(in: .whitespacesAndNewlines).prefix(200))
    guard !title.isEmpty else { return }
    await work.run(on: id) {
      try await update(id, ["title": .string(title)])
      edit { rows in
        if let place = rows.firstIndex(where: { $0.id == id }) { rows[place].title = title }
      }
    }
  }

  /// Puts a conversation away, or brings it back.
  public func archive(_ id: ObjectID, _ archived: Bool = true) async {
    await work.run(on: id) {
      try await update(id, ["archived": .bool(archived)])
      edit { $0.removeAll { $0.id == id && archived != isArchive } }
    }
  }

  /// Deletes a conversation with all that was said in it: nothing brings it back.
  public func delete(_ id: ObjectID) async {
    await work.run(on: id) {
      do {
        try await parts.graph.change(Request(Document.deleteConversation, ["input": ["id": .string(id.rawValue)]]))
      } catch let error as UserError where error.code == "NOT_FOUND" {}  // Deleted elsewhere: that is what was wanted.
      edit { $0.removeAll { $0.id == id } }
      try? await parts.store.write([.setNote(Outgoing.note(id), nil)])
    }
  }

  /// Keeps the list as it is everywhere: what is said on another device comes to the top. Ends with the task.
  public func watch() async {
    let stream = parts.graph.following(
      Request(Document.chatMessage), in: parts.surroundings, place: { $0["chatMessage"]?["event"]?["id"] })
    var wasAway = false
    do {
      for try await event in stream {
        guard case .value(let data) = event else {
          wasAway = true
          continue
        }
        if wasAway { await list.refresh() }
        wasAway = false
        if let row = try? data.read(as: ChatNews<ConversationRow>.self).chatMessage?.conversation { take(row) }
      }
    } catch {}  // It only makes the list fresher: what is wrong is said where something is asked for.
  }

  private func take(_ row: ConversationRow) {
    edit { rows in
      rows.removeAll { $0.id == row.id }
      guard row.archived == isArchive else { return }
      rows.insert(row, at: rows.firstIndex { $0.activeAt < row.activeAt } ?? rows.endIndex)
    }
  }

  private func update(_ id: ObjectID, _ changes: [String: JSONValue]) async throws {
    try await parts.graph.change(
      Request(Document.updateConversation, ["input": .object(changes.merging(["id": .string(id.rawValue)]) { $1 })]))
  }

  private func edit(_ change: (inout [ConversationRow]) -> Void) {
    list.edit { value in
      guard var rows = value.viewer?.conversations?.nodes else { return }
      change(&rows)
      value.viewer?.conversations?.nodes = rows
    }
  }
}

extension Parts {
  /// The conversations that are in use, or those that were put away.
  @MainActor public func conversations(archived: Bool = false) -> ConversationsModel {
    ConversationsModel(parts: self, isArchive: archived)
  }
}
