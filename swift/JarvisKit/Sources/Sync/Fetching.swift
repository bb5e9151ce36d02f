import Foundation
import Graph
import Models
import Persistence

/// Where a loading of everything stands, so that it goes on after an interruption.
struct Loading: Codable, Equatable {
  let epoch: Int
  /// Where `changes` goes on when everything is loaded.
  let cursor: String
  var goalsAfter: String?
  var goalsLoaded = false
  /// Goals whose entries are all loaded come before this id, or have it.
  var entriesUpTo: ObjectID?
  var entriesAfter: String?
}

private struct ChangesAnswer: Decodable {
  struct ChangeSet: Decodable {
    struct Change: Decodable {
      let id: ObjectID
      let kind: String
      let node: JSONValue?
    }
    let changes: [Change]
    let cursor: String
    let hasMore: Bool
    let fullSyncNeeded: Bool
  }
  let changes: ChangeSet
}

private struct Page: Decodable {
  struct Info: Decodable {
    let hasNextPage: Bool
    let endCursor: String?
  }
  let nodes: [JSONValue]
  let pageInfo: Info
}

private struct GoalsAnswer: Decodable {
  struct Viewer: Decodable {
    let id: String
    let goals: Page?
  }
  let viewer: Viewer?
}

private struct NodesAnswer: Decodable { let nodes: [JSONValue]? }

private struct EntriesAnswer: Decodable {
  struct Goal: Decodable { let entries: Page? }
  let goal: Goal?
}

extension SyncEngine {
  /// The loading that objects put now belong to.
  func epoch() async throws -> Int {
    if let loading = try await loading() { return loading.epoch }
    return try await store.note(Note.epoch)?.number ?? 0
  }

  private func loading() async throws -> Loading? {
    try? await store.note(Note.loading)?.read()
  }

  /// Brings the copy up to date. Objects and cursor are written together: after a crash it goes on from what it has.
  func fetch() async throws {
    if let loading = try await loading() { try await loadEverything(loading) }
    guard var cursor = try await store.note(Note.cursor)?.text else {
      return try await beginLoading(from: nil)
    }
    await announce(.fetching)
    while !Task.isCancelled {
      let set: ChangesAnswer = try await graph.run(Request(Document.changes, ["since": .string(cursor)]))
      if set.changes.fullSyncNeeded { return try await beginLoading(from: set.changes.cursor) }
      let epoch = try await epoch()
      let goals = try await reckonedAnew(by: set.changes.changes).compactMap { ServerObject.stored($0, epoch: epoch) }
      var writes = set.changes.changes.compactMap { change -> StoreWrite? in
        if change.kind == "DELETED" { return .remove(change.id) }
        return change.node.flatMap { ServerObject.stored($0, epoch: epoch) }.map { .put($0) }
      }
      writes += goals.map { .put($0) }
      writes.append(.setNote(Note.cursor, .string(set.changes.cursor)))
      if !set.changes.hasMore { writes.append(.setNote(Note.completeAt, .string(JSON.text(of: surroundings.now())))) }
      try await store.write(writes)
      guard set.changes.hasMore, set.changes.cursor != cursor else { return }
      cursor = set.changes.cursor
    }
    throw CancellationError()
  }

  /// The goals of entries that changed, as they are now, unless they come with the changes anyway.
  private func reckonedAnew(by changes: [ChangesAnswer.ChangeSet.Change]) async throws -> [JSONValue] {
    var goals: Set<ObjectID> = []
    for change in changes where change.id.kind == .entry {
      if let goal = change.node?["goal"]?["id"]?.text {
        goals.insert(ObjectID(goal))
      } else if let goal = try await store.object(change.id)?.parent {
        goals.insert(goal)
      }
    }
    var ids = goals.subtracting(changes.map(\.id)).sorted()[...]
    var found: [JSONValue] = []
    while !ids.isEmpty {
      let some = ids.prefix(50)
      ids = ids.dropFirst(some.count)
      let answer: NodesAnswer = try await graph.run(
        Request(Document.offlineGoalsAgain, ["ids": .array(some.map { .string($0.rawValue) })]))
      // One that is gone is null here; that it is gone comes with the changes.
      found += (answer.nodes ?? []).filter { $0 != .null }
    }
    return found
  }

  private func beginLoading(from cursor: String?) async throws {
    var start = cursor
    if start == nil {
      let set: ChangesAnswer = try await graph.run(Request(Document.changes, [:]))
      start = set.changes.cursor
    }
    let loading = Loading(epoch: try await epoch() + 1, cursor: start ?? "")
    try await store.write([.setNote(Note.loading, try JSONValue(loading))])
    try await loadEverything(loading)
    // What changed meanwhile.
    try await fetch()
  }

  /// Loads all goals with their entries, page by page; what was there before stays visible, and what no longer is goes at the end.
  private func loadEverything(_ begun: Loading) async throws {
    await announce(.loadingEverything)
    var loading = begun
    while !loading.goalsLoaded {
      try Task.checkCancellation()
      let answer: GoalsAnswer = try await graph.run(Request(Document.offlineGoals, variables(after: loading.goalsAfter)))
      let viewer = try present(answer.viewer)
      guard viewer.id == owner else { throw GraphFault.refused(code: "FORBIDDEN", message: "Another account is signed in.") }
      let page = try present(viewer.goals)
      loading.goalsAfter = page.pageInfo.endCursor
      loading.goalsLoaded = !page.pageInfo.hasNextPage
      try await put(page.nodes, loading)
    }
    let goals = try await store.objects(StoreQuery(type: "Goal")).filter { $0.epoch == loading.epoch }.map(\.id).sorted()
    for goal in goals where loading.entriesUpTo.map({ goal > $0 }) ?? true {
      var hasMore = true
      while hasMore {
        try Task.checkCancellation()
        var variables = variables(after: loading.entriesAfter)
        variables = variables.merging(["goalId": .string(goal.rawValue)])
        let answer: EntriesAnswer = try await graph.run(Request(Document.offlineEntries, variables))
        // A goal that was deleted meanwhile has no entries; the deletion comes with the changes.
        let page = try answer.goal.map { try present($0.entries) }
        hasMore = page?.pageInfo.hasNextPage ?? false
        loading.entriesAfter = hasMore ? page?.pageInfo.endCursor : nil
        if !hasMore { loading.entriesUpTo = goal }
        try await put(page?.nodes ?? [], loading)
      }
    }
    try await store.write([
      .sweep(type: "Goal", before: loading.epoch), .sweep(type: "ProgressEntry", before: loading.epoch),
      .setNote(Note.epoch, .int(loading.epoch)), .setNote(Note.cursor, .string(loading.cursor)), .setNote(Note.loading, nil),
    ])
  }

  private func variables(after: String?) -> JSONValue { .object(after.map { ["after": .string($0)] } ?? [:]) }

  /// A part that another subgraph answers for may be missing while that is away: then the loading goes on later.
  private func present<Part>(_ part: Part?) throws -> Part {
    guard let part else { throw GraphFault.server(message: "A part of the server is away.", retryAfter: nil) }
    return part
  }

  private func put(_ nodes: [JSONValue], _ loading: Loading) async throws {
    let objects = nodes.compactMap { ServerObject.stored($0, epoch: loading.epoch) }
    try await store.write(objects.map { .put($0) } + [.setNote(Note.loading, try JSONValue(loading))])
  }
}
