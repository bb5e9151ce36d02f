import Foundation
import Graph
import Models
import Observation

/// What kind of thing the assistant remembers.
public enum MemoryKind: String, OpenEnum, CaseIterable {
  case fact = "FACT"
  case preference = "PREFERENCE"
  /// How the assistant should behave.
  case instruction = "INSTRUCTION"
  case episode = "EPISODE"
  case unknown

  /// Those that a person can choose.
  public static let known = allCases.filter { $0 != .unknown }
}

/// Who put something into the assistant's memory.
public enum MemorySource: String, OpenEnum {
  case user = "USER"
  case assistant = "ASSISTANT"
  case unknown
}

/// Something the assistant may remember.
public struct Memory: Decodable, Sendable, Equatable, Identifiable {
  public struct Origin: Decodable, Sendable, Equatable {
    public struct Conversation: Decodable, Sendable, Equatable {
      public let id: ObjectID
      public let title: String
    }
    public let id: ObjectID
    public let conversation: Conversation
  }
  public let id: ObjectID
  public let kind: MemoryKind
  public let text: String
  public let source: MemorySource
  /// Whether the assistant may use it.
  public internal(set) var enabled: Bool
  public let createdAt: Date
  /// The message it was taken from.
  public internal(set) var sourceMessage: Origin?
  let version: Int
}

public struct MemoriesValue: Decodable, Sendable, Equatable {
  public struct Viewer: Decodable, Sendable, Equatable { public internal(set) var memories: Connection<Memory>? }
  public internal(set) var viewer: Viewer?

  var memories: Connection<Memory>? {
    get { viewer?.memories }
    set { viewer?.memories = newValue }
  }
}

/// What the assistant may remember, newest first.
@MainActor @Observable public final class MemoriesModel {
  public let list: QueryModel<MemoriesValue>
  public let work = Work()

  @ObservationIgnored let parts: Parts

  init(parts: Parts) {
    self.parts = parts
    list = parts.model(
      Document.memories, isEmpty: { $0.viewer?.memories?.nodes.isEmpty ?? false },
      paging: Paging(\.memories))
  }

  public var memories: [Memory] { list.screen.value?.viewer?.memories?.nodes ?? [] }

  /// Lets the assistant use it or not, at once.
  public func setEnabled(_ memory: Memory, _ on: Bool) async {
    await work.run(on: memory.id) {
      var wanted = memory
      wanted.enabled = on
      put(wanted)
      do {
        let input: JSONValue = ["id": .string(memory.id.rawValue), "enabled": .bool(on)]
        put(try await parts.graph.change(Request(Document.updateMemory, ["input": input]), as: Saved.self).memory)
      } catch {
        put(memory)
        throw error
      }
    }
  }

  /// Makes the assistant forget it.
  public func delete(_ memory: Memory) async {
    await work.run(on: memory.id) {
      do {
        try await parts.graph.change(Request(Document.deleteMemory, ["input": ["id": .string(memory.id.rawValue)]]))
      } catch let error as UserError where error.code == "NOT_FOUND" {}  // Another device was faster.
      edit { $0.removeAll { $0.id == memory.id } }
    }
  }

  /// - Parameter memory: nil for a new one.
  public func editor(for memory: Memory? = nil) -> MemoryEditor { MemoryEditor(self, memory) }

  struct Saved: Decodable { let memory: Memory }

  /// Puts a memory in its place, or first. Where it comes from is known already: changes do not tell.
  func put(_ memory: Memory) {
    edit { memories in
      guard let place = memories.firstIndex(where: { $0.id == memory.id }) else { return memories.insert(memory, at: 0) }
      var changed = memory
      changed.sourceMessage = memory.sourceMessage ?? memories[place].sourceMessage
      memories[place] = changed
    }
  }

  private func edit(_ change: (inout [Memory]) -> Void) {
    list.edit { value in
      guard var nodes = value.viewer?.memories?.nodes else { return }
      change(&nodes)
      value.viewer?.memories?.nodes = nodes
    }
  }
}

/// A memory that is being written or changed.
@MainActor @Observable public final class MemoryEditor: Identifiable {
  /// As the server counts them: UTF-16.
  public static let longestText = 2000

  public var text: String
  public var kind: MemoryKind
  public let work = Work()
  /// Somebody changed it meanwhile: what it is now. The person chooses.
  public private(set) var conflict: Memory?
  /// Nil for a new one.
  public private(set) var memory: Memory?

  @ObservationIgnored private let list: MemoriesModel
  /// Made once: sent twice, it is still one memory.
  @ObservationIgnored private let newID: ObjectID

  init(_ list: MemoriesModel, _ memory: Memory?) {
    self.list = list
    self.memory = memory
    text = memory?.text ?? ""
    kind = memory?.kind ?? .fact
    newID = list.parts.surroundings.makeID(.memory)
  }

  private var trimmed: String { text.trimmingCharacters(in: .whitespacesAndNewlines) }
  public var isTooLong: Bool { trimmed.utf16.count > Self.longestText }
  public var canSave: Bool { !trimmed.isEmpty && !isTooLong && work.subjects.isEmpty && conflict == nil }

  /// - Returns: whether it is saved; otherwise `conflict` or the problem of `work` say why not.
  public func save() async -> Bool {
    guard canSave else { return false }
    var saved: Memory?
    await work.run(on: memory?.id ?? newID) {
      var input: [String: JSONValue] = ["id": .string((memory?.id ?? newID).rawValue), "text": .string(trimmed)]
      if kind != .unknown { input["kind"] = .string(kind.rawValue) }
      let graph = list.parts.graph
      if let memory {
        input["expectedVersion"] = .int(memory.version)
        switch try await graph.settle(Request(Document.updateMemory, ["input": .object(input)]), "memory", as: Memory.self) {
        case .saved(let new): saved = new
        case .conflict(let now): conflict = now
        }
      } else {
        saved = try await graph.change(Request(Document.createMemory, ["input": .object(input)]), as: MemoriesModel.Saved.self).memory
      }
    }
    guard let saved else { return false }
    memory = saved
    list.put(saved)
    return true
  }

  /// Puts what the person wrote in place of what somebody else did.
  public func keepMine() async -> Bool {
    guard let conflict else { return false }
    memory = conflict
    self.conflict = nil
    return await save()
  }

  /// Gives up what the person wrote.
  public func takeTheirs() {
    guard let conflict else { return }
    memory = conflict
    text = conflict.text
    kind = conflict.kind
    list.put(conflict)
    self.conflict = nil
  }
}

extension Parts {
  @MainActor public func memories() -> MemoriesModel { MemoriesModel(parts: self) }
}
