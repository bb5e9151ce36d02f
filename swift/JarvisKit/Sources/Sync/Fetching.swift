import Foundation
import Graph
import Models
import Persistence

/// Where a loading of everything stands, so that it goes on after an interruption.
struct Loading: Codable, Equatable {
  let epoch: Int
  /// Where `changes` goes on when everything is loaded.
  let cursor: String
  /// What copies consisted of in the version of the app that began it; nil in those that did not write it yet.
  var form: Int? = Kept.form
  // What older versions did not write may be absent.
  var areasAfter: String?
  var areasLoaded: Bool? = false
  var goalsAfter: String?
  var goalsLoaded = false
  /// Life areas whose notes are all loaded come before this id, or have it.
  var notesUpTo: ObjectID?
  var notesAfter: String?
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

private struct ListAnswer: Decodable {
  struct Viewer: Decodable {
    let id: String
    let goals: Page?
    let lifeAreas: Page?
  }
  let viewer: Viewer?
}

private struct NodesAnswer: Decodable { let nodes: [JSONValue]? }

private struct PartsAnswer: Decodable {
  struct Goal: Decodable {
    let entries: Page?
    let milestones: [JSONValue]?
  }
  struct Area: Decodable { let notes: Page? }
  let goal: Goal?
  let node: Area?
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
    // One that another version of the app began lacks what this one keeps: it begins anew.
    if let loading = try await loading(), loading.form == Kept.form { try await loadEverything(loading) }
    guard var cursor = try await store.note(Note.cursor)?.text, try await store.note(Note.form)?.number == Kept.form else {
      return try await beginLoading(from: nil)
    }
    await announce(.fetching)
    while !Task.isCancelled {
      let set: ChangesAnswer = try await graph.run(Request(Document.changes, ["since": .string(cursor)]))
      if set.changes.fullSyncNeeded { return try await beginLoading(from: set.changes.cursor) }
      let epoch = try await epoch()
      let goals = try await reckonedAnew(by: set.changes.changes).compactMap { Kept.stored($0, epoch: epoch) }
      var writes = set.changes.changes.compactMap { change -> StoreWrite? in
        if change.kind == "DELETED" { return .remove(change.id) }
        return change.node.flatMap { Kept.stored($0, epoch: epoch) }.map { .put($0) }
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

  /// The goals of entries and milestones that changed, as they are now, unless they come with the changes anyway.
  private func reckonedAnew(by changes: [ChangesAnswer.ChangeSet.Change]) async throws -> [JSONValue] {
    var goals: Set<ObjectID> = []
    for change in changes {
      guard let kept = Kept.of(change.id), kept.parent?.type == Kept.goal.type else { continue }
      if let goal = change.node.flatMap(kept.parent(of:)) {
        goals.insert(goal)
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

  /// Loads everything that is kept, page by page; what was there before stays visible, and what no longer is goes at the end.
  private func loadEverything(_ begun: Loading) async throws {
    await announce(.loadingEverything)
    var loading = begun
    while loading.areasLoaded != true {
      let page = try present(try await list(Document.offlineAreas, after: loading.areasAfter).lifeAreas)
      loading.areasAfter = page.pageInfo.endCursor
      loading.areasLoaded = !page.pageInfo.hasNextPage
      try await put(page.nodes, loading)
    }
    while !loading.goalsLoaded {
      let page = try present(try await list(Document.offlineGoals, after: loading.goalsAfter).goals)
      loading.goalsAfter = page.pageInfo.endCursor
      loading.goalsLoaded = !page.pageInfo.hasNextPage
      try await put(page.nodes, loading)
    }
    for area in try await loaded(Kept.area, loading, after: loading.notesUpTo) {
      var hasMore = true
      while hasMore {
        let answer = try await parts(Document.offlineNotes, ["areaId": .string(area.rawValue)], after: loading.notesAfter)
        // What was deleted meanwhile has no parts; the deletion comes with the changes.
        let page = try answer.node.map { try present($0.notes) }
        hasMore = page?.pageInfo.hasNextPage ?? false
        loading.notesAfter = hasMore ? page?.pageInfo.endCursor : nil
        if !hasMore { loading.notesUpTo = area }
        try await put(page?.nodes ?? [], loading)
      }
    }
    for goal in try await loaded(Kept.goal, loading, after: loading.entriesUpTo) {
      var hasMore = true
      while hasMore {
        let answer = try await parts(Document.offlineEntries, ["goalId": .string(goal.rawValue)], after: loading.entriesAfter)
        let page = try answer.goal.map { try present($0.entries) }
        hasMore = page?.pageInfo.hasNextPage ?? false
        loading.entriesAfter = hasMore ? page?.pageInfo.endCursor : nil
        if !hasMore { loading.entriesUpTo = goal }
        try await put((answer.goal?.milestones ?? []) + (page?.nodes ?? []), loading)
      }
    }
    try await store.write(
      Kept.all.map { .sweep(type: $0.type, before: loading.epoch) } + [
        .setNote(Note.epoch, .int(loading.epoch)), .setNote(Note.cursor, .string(loading.cursor)), .setNote(Note.loading, nil),
        .setNote(Note.form, .int(Kept.form)),
      ])
  }

  /// Ids of the objects that this loading has put, those after `last`.
  private func loaded(_ kept: Kept, _ loading: Loading, after last: ObjectID?) async throws -> [ObjectID] {
    try await store.objects(StoreQuery(type: kept.type)).filter { object in
      object.epoch == loading.epoch && last.map { object.id > $0 } ?? true
    }.map(\.id).sorted()
  }

  private func list(_ document: Document, after: String?) async throws -> ListAnswer.Viewer {
    try Task.checkCancellation()
    let answer: ListAnswer = try await graph.run(Request(document, variables(after: after)))
    let viewer = try present(answer.viewer)
    guard viewer.id == owner else { throw GraphFault.refused(code: "FORBIDDEN", message: "Another account is signed in.") }
    return viewer
  }

  private func parts(_ document: Document, _ whose: [String: JSONValue], after: String?) async throws -> PartsAnswer {
    try Task.checkCancellation()
    return try await graph.run(Request(document, variables(after: after).merging(whose)))
  }

  private func variables(after: String?) -> JSONValue { .object(after.map { ["after": .string($0)] } ?? [:]) }

  /// A part that another subgraph answers for may be missing while that is away: then the loading goes on later.
  private func present<Part>(_ part: Part?) throws -> Part {
    guard let part else { throw GraphFault.server(message: "A part of the server is away.", retryAfter: nil) }
    return part
  }

  private func put(_ nodes: [JSONValue], _ loading: Loading) async throws {
    let objects = nodes.compactMap { Kept.stored($0, epoch: loading.epoch) }
    try await store.write(objects.map { .put($0) } + [.setNote(Note.loading, try JSONValue(loading))])
  }
}
