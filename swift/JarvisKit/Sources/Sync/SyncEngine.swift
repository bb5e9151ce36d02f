import Foundation
import Graph
import Models
import Persistence

/// Keeps the device's copy of the graph: sends the changes that wait, then fetches what changed. It works on a store and a graph that it is
/// handed; what there is to decide is decided in `Outbox`, `Outcome` and `Overlay`.
public actor SyncEngine {
  let graph: GraphClient
  let store: any Store
  let surroundings: Surroundings
  let owner: String
  let retry: RetryPolicy

  private var phase = SyncStatus.Phase.idle
  private var running: Task<SyncStatus, Never>?
  private var listeners: [UUID: AsyncStream<SyncStatus>.Continuation] = [:]
  private var added: [UUID: AsyncStream<Void>.Continuation] = [:]
  private var failures = 0
  /// Of the changes that were added here: two that are added at once still have an order.
  private var latestSequence = 0

  /// - Parameter owner: id of the user whose copy this is. A store of somebody else's is left alone.
  public init(graph: GraphClient, store: any Store, owner: String, surroundings: Surroundings, retry: RetryPolicy = .init()) {
    self.graph = graph
    self.store = store
    self.owner = owner
    self.surroundings = surroundings
    self.retry = retry
  }

  // MARK: What a screen sees

  public func status() async -> SyncStatus {
    let changes = (try? await pending()) ?? []
    let completeAt = (try? await store.note(Note.completeAt))?.text.flatMap(JSON.date(of:))
    return SyncStatus(
      phase: phase, pending: changes.count, needPerson: changes.count(where: \.needsPerson), completeAt: completeAt)
  }

  /// The status now and each time it changes.
  public func statuses() async -> AsyncStream<SyncStatus> {
    let (stream, continuation) = AsyncStream.makeStream(of: SyncStatus.self, bufferingPolicy: .bufferingNewest(8))
    let id = UUID()
    listeners[id] = continuation
    continuation.onTermination = { _ in Task { await self.forget(id) } }
    continuation.yield(await status())
    return stream
  }

  /// Tells each time that there is something new to send.
  func additions() -> AsyncStream<Void> {
    let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    let id = UUID()
    added[id] = continuation
    continuation.onTermination = { _ in Task { await self.forget(id) } }
    return stream
  }

  /// Whether a change waits that only has to be sent.
  func hasSomethingToSend() async -> Bool { ((try? await pending()) ?? []).contains { !$0.needsPerson } }

  private func forget(_ id: UUID) {
    listeners[id] = nil
    added[id] = nil
  }

  func announce(_ phase: SyncStatus.Phase) async { await tell(phase) }

  private func tell(_ phase: SyncStatus.Phase) async {
    self.phase = phase
    guard !listeners.isEmpty else { return }
    let status = await status()
    for listener in listeners.values { listener.yield(status) }
  }

  /// The changes that wait, oldest first.
  public func pending() async throws -> [PendingChange] {
    try await store.changes().map { stored in
      // What another version of the app wrote and this one cannot read is kept, and shown as what the person has to decide about.
      (try? stored.data.read(as: PendingChange.self)) ?? PendingChange(unreadable: stored)
    }
  }

  /// Objects as the person sees them.
  public func objects(_ query: StoreQuery) async throws -> [StoredObject] {
    let changes = try await pending()
    guard !changes.isEmpty else { return try await store.objects(query) }
    // Enough for those that a change takes away, and those that a change brings in.
    var wider = query
    wider.limit = query.limit == .max ? .max : query.limit + changes.count
    var found = try await store.objects(wider)
    let known = Set(found.map(\.id))
    for id in Set(changes.map(\.subject)).subtracting(known) {
      if let object = try await store.object(id), object.type == query.type { found.append(object) }
    }
    return Overlay.apply(changes, to: found, matching: query)
  }

  /// An object as the person sees it.
  public func object(_ id: ObjectID) async throws -> StoredObject? {
    let changes = try await pending().filter { $0.subject == id }
    if let stored = try await store.object(id) { return Overlay.apply(changes, to: stored) }
    for change in changes {
      if case .create(let type, _, _, _) = change.edit {
        return Overlay.apply(changes, to: [], matching: StoreQuery(type: type)).first { $0.id == id }
      }
    }
    return nil
  }

  /// An object as the server last told it, without what waits to be sent.
  public func asTold(_ id: ObjectID) async throws -> StoredObject? { try await store.object(id) }

  // MARK: What the person does

  /// Keeps a change, to be sent with the next sync. When this returns, it survives a crash.
  @discardableResult
  public func add(
    _ operation: Document, input: [String: JSONValue], subject: ObjectID, group: ObjectID, edit: Edit, expectedVersion: Int? = nil,
    replacing outdated: [PendingChange] = []
  ) async throws -> PendingChange {
    let stored = try await store.changes().last?.sequence ?? 0
    let sequence = max(latestSequence, stored) + 1
    latestSequence = sequence
    let change = PendingChange(
      key: surroundings.makeKey(), sequence: sequence, operation: operation.name, input: input, subject: subject, group: group, edit: edit,
      expectedVersion: expectedVersion, madeAt: surroundings.now())
    try await replace(outdated, by: [change])
    return change
  }

  /// Writes changes in the place of others, and lets whoever watches know.
  func replace(_ outdated: [PendingChange], by changes: [PendingChange], and more: [StoreWrite] = []) async throws {
    try await store.write(outdated.map { .removeChange(key: $0.key) } + changes.map { .putChange(try $0.stored) } + more)
    for listener in added.values { listener.yield() }
    await tell(phase)
  }

  public func choices(for change: PendingChange) -> [Choice] { Outbox.choices(for: change) }

  /// Settles a change that waits for the person.
  public func settle(_ key: String, by choice: Choice) async throws {
    let changes = try await pending()
    guard let change = changes.first(where: { $0.key == key }), change.needsPerson else { return }
    var (removed, changed): ([PendingChange], [PendingChange])
    switch choice {
    case .keepMine: (removed, changed) = ([change], [Outbox.retried(change, key: surroundings.makeKey())])
    case .keepMineOnly(let fields):
      (removed, changed) = ([change], [Outbox.retried(change, key: surroundings.makeKey(), fields: fields)])
    case .keepTheirs where change.isCreation:
      // What was never made takes with it what was to belong to it.
      (removed, changed) = Outbox.withdrawing([change.subject], from: changes)
    case .keepTheirs: (removed, changed) = (changes.filter { $0.subject == change.subject }, [])
    }
    var more: [StoreWrite] = []
    switch change.state {
    case .conflict(let current?): if let object = Kept.stored(current, epoch: try await epoch()) { more = [.put(object)] }
    case .conflict(nil): more = [.remove(change.subject)]
    default: break
    }
    try await replace(removed, by: changed, and: more)
  }

  /// Takes a change back, with those that follow it for the same object: as if they had not been made, or by another change when the server
  /// may have them. A deletion or an order that the server may have cannot be taken back.
  public func discard(_ key: String) async throws {
    let changes = try await pending()
    guard let change = changes.first(where: { $0.key == key }), change.canBeTakenBack else { return }
    if change.needsPerson { return try await settle(key, by: .keepTheirs) }
    guard change.wasSent else {
      let following = changes.filter { $0.subject == change.subject && $0.sequence >= change.sequence }
      guard change.isCreation else { return try await replace(following.filter { !$0.wasSent }, by: []) }
      let (removed, changed) = Outbox.withdrawing([change.subject], from: changes)
      return try await replace(removed, by: changed)
    }
    switch change.edit {
    case .create: try await delete(change.subject)
    case .update(_, let before): try await update(change.subject, before)
    case .delete, .arrange: break
    }
  }

  // MARK: Syncing

  /// Sends what waits and fetches what changed. Called while it runs, it is the same run.
  @discardableResult
  public func sync() async -> SyncStatus {
    if let running { return await running.value }
    let task = Task {
      let status = await self.pass()
      self.running = nil
      return status
    }
    running = task
    return await task.value
  }

  /// The same, in a run that begins after this call: what was added before it is sent by it.
  @discardableResult
  public func syncAfresh() async -> SyncStatus {
    if let running { _ = await running.value }
    return await sync()
  }

  private func pass() async -> SyncStatus {
    do {
      if let other = try await store.note(Note.owner)?.text, other != owner {
        await tell(.stopped("This copy belongs to another account."))
        return await status()
      }
      try await store.write([.setNote(Note.owner, .string(owner))])
      if try await send() {
        try await fetch()
        failures = 0
        let due = Outbox.due(try await pending())
        await tell(due.map { .waiting(until: $0, for: .change) } ?? .idle)
      }
    } catch let fault as GraphFault {
      await tell(stop(for: fault))
    } catch let fault as StoreFault {
      await tell(.stopped("\(fault)"))
    } catch is CancellationError {
      await tell(.idle)
    } catch {
      await tell(.stopped("\(error)"))
    }
    return await status()
  }

  private func stop(for fault: GraphFault) -> SyncStatus.Phase {
    guard fault.passes else { return fault == .unauthenticated ? .signedOut : .stopped("\(fault)") }
    defer { failures += 1 }
    let seconds = retry.delay(attempt: failures, retryAfter: fault.retryAfter, random: surroundings.random())
    return .waiting(until: surroundings.now().addingTimeInterval(seconds), for: fault == .offline ? .network : .server)
  }

  /// Sends changes until none is due. False when there is no use in going on now.
  private func send() async throws -> Bool {
    var failed = 0
    while !Task.isCancelled {
      let changes = try await pending()
      guard var change = Outbox.next(changes, now: surroundings.now(), longestWait: retry.limit * 2) else { return true }
      await tell(.sending)
      change.attempts += 1
      change.notBefore = nil
      change.state = .sent
      // Before it is sent: after a crash it goes out again exactly as it was, and is done once.
      try await store.write([.putChange(try change.stored)])
      let outcome = try await outcome(of: change)
      try await apply(outcome, to: change, among: changes)
      switch outcome {
      case .signedOut:
        await tell(.signedOut)
        return false
      case .later:
        failed += 1
        // One change that the server chokes on does not hold up the others; a server that is away does.
        if failed >= 3 || lastFaultWasEverybody {
          await tell(stop(for: lastFault ?? .offline))
          return false
        }
      default: failed = 0
      }
    }
    return false
  }

  private var lastFault: GraphFault?
  private var lastFaultWasEverybody: Bool {
    switch lastFault {
    case .offline, .rateLimited: true
    default: false
    }
  }

  private func outcome(of change: PendingChange) async throws -> Outcome {
    guard let request = change.request else {
      return .refused([UserError(code: "UNKNOWN_OPERATION", message: "This version of the app cannot send \(change.operation).")])
    }
    do {
      return Outcome(of: change, payload: try Payload(try await graph.execute(request)))
    } catch let fault as GraphFault {
      lastFault = fault
      return Outcome(of: change, fault: fault)
    }
  }

  private func apply(_ outcome: Outcome, to change: PendingChange, among changes: [PendingChange]) async throws {
    var next = change
    switch outcome {
    case .done(let objects, let removed):
      let epoch = try await epoch()
      let stored = objects.compactMap { Kept.stored($0, epoch: epoch) }
      let version = stored.first { $0.id == change.subject }?.version
      var writes: [StoreWrite] = [.removeChange(key: change.key)] + stored.map { .put($0) }
      if let removed { writes.append(.remove(removed)) }
      writes += try Outbox.rebased(changes, after: change, version: version).map { .putChange(try $0.stored) }
      try await store.write(writes)
      return
    case .again(let version):
      next.state = .waiting
      next.key = surroundings.makeKey()
      next.expectedVersion = version
      try await store.write([.removeChange(key: change.key), .putChange(try next.stored)])
      return
    case .arrangedAnew(let ids):
      guard !ids.isEmpty, case .arrange(let type, _) = change.edit else { return try await store.write([.removeChange(key: change.key)]) }
      next.state = .waiting
      next.key = surroundings.makeKey()
      next.input["ids"] = .array(ids.map { .string($0.rawValue) })
      next.edit = .arrange(type: type, ids: ids)
      try await store.write([.removeChange(key: change.key), .putChange(try next.stored)])
      return
    case .conflict(let current): next.state = .conflict(current: current)
    case .refused(let errors): next.state = .refused(errors)
    case .later(let retryAfter):
      let seconds = retry.delay(attempt: change.attempts - 1, retryAfter: retryAfter, random: surroundings.random())
      if !lastFaultWasEverybody { next.notBefore = surroundings.now().addingTimeInterval(seconds) }
    case .signedOut: break
    }
    try await store.write([.putChange(try next.stored)])
  }
}

/// Names of what the sync keeps in the store beside objects and changes.
enum Note {
  static let owner = "owner"
  static let cursor = "cursor"
  static let epoch = "epoch"
  static let loading = "loading"
  static let completeAt = "completeAt"
  static let form = "form"
}

extension PendingChange {
  /// Stands for a stored change that cannot be read.
  init(unreadable stored: StoredChange) {
    self.init(
      key: stored.key, sequence: stored.sequence, operation: stored.data["operation"]?.text ?? "", input: [:],
      subject: ObjectID(stored.data["subject"]?.text ?? stored.key), group: ObjectID(stored.data["group"]?.text ?? stored.key),
      edit: .update(fields: [:], before: [:]), expectedVersion: nil, madeAt: .distantPast)
    state = .refused([UserError(code: "UNREADABLE", message: "Another version of the app made this change.")])
  }
}
