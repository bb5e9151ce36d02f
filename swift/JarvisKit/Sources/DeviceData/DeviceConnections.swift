import Foundation
import Graph
import Models
import Persistence

/// Where the device's data is read, as far as this device has it.
public struct DeviceSources: Sendable {
  public var health: (any HealthSource)?
  public var calendar: (any CalendarSource)?
  public var reminders: (any ReminderSource)?

  public init(
    health: (any HealthSource)? = nil, calendar: (any CalendarSource)? = nil, reminders: (any ReminderSource)? = nil
  ) {
    self.health = health
    self.calendar = calendar
    self.reminders = reminders
  }

  func access(_ provider: DeviceProvider) -> (any DeviceAccess)? {
    switch provider {
    case .health: health
    case .calendar: calendar
    case .reminders: reminders
    }
  }
}

/// What this device sends to the server: which of its data is connected, and how that stands. It syncs what is due, one sync of a provider
/// at a time.
public actor DeviceConnections {
  /// A provider, as a screen shows it.
  public struct Row: Equatable, Sendable, Identifiable {
    public let provider: DeviceProvider
    public let permission: DevicePermission
    public let state: DeviceState
    public let isSyncing: Bool
    public var id: DeviceProvider { provider }
  }

  private let graph: GraphClient
  private let store: any Store
  private let device: ObjectID
  private let sources: DeviceSources
  private let surroundings: Surroundings
  private let schedule: DeviceSchedule
  private var running: [DeviceProvider: Task<Void, any Error>] = [:]
  private var listeners: [UUID: AsyncStream<Void>.Continuation] = [:]

  /// - Parameter device: this device's id, as it is registered.
  public init(
    graph: GraphClient, store: any Store, device: ObjectID, sources: DeviceSources, surroundings: Surroundings,
    schedule: DeviceSchedule = DeviceSchedule()
  ) {
    self.graph = graph
    self.store = store
    self.device = device
    self.sources = sources
    self.surroundings = surroundings
    self.schedule = schedule
  }

  // MARK: What a screen sees

  /// What this device can send, connected or not.
  public func rows() async throws -> [Row] {
    var rows: [Row] = []
    for provider in DeviceProvider.allCases {
      guard let access = sources.access(provider) else { continue }
      let permission = await access.permission()
      rows.append(
        Row(provider: provider, permission: permission, state: try await state(provider), isSyncing: running[provider] != nil))
    }
    return rows
  }

  /// Comes each time something of the rows may have changed.
  public func changes() -> AsyncStream<Void> {
    let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    let id = UUID()
    listeners[id] = continuation
    continuation.onTermination = { _ in Task { await self.forget(id) } }
    return stream
  }

  private func forget(_ id: UUID) { listeners[id] = nil }

  /// The calendars, or lists of reminders, of the device; empty for measurements.
  /// - Throws: `DeviceFault`.
  public func lists(_ provider: DeviceProvider) async throws -> [DeviceList] {
    switch provider {
    case .health: []
    case .calendar: try await sources.calendar?.calendars() ?? []
    case .reminders: try await sources.reminders?.lists() ?? []
    }
  }

  public func state(_ provider: DeviceProvider) async throws -> DeviceState {
    (try? await store.note(note(provider))?.read()) ?? DeviceState()
  }

  private func note(_ provider: DeviceProvider) -> String { "device:\(provider.rawValue)" }

  /// Reads anew before it writes: what was decided while something was waited for is not undone.
  private func update(_ provider: DeviceProvider, _ change: (inout DeviceState) -> Void) async throws {
    var state = try await state(provider)
    change(&state)
    try await store.write([.setNote(note(provider), try JSONValue(state))])
    for listener in listeners.values { listener.yield() }
  }

  // MARK: Connecting

  struct Known: Decodable {
    struct Viewer: Decodable { let connections: Connections? }
    struct Connections: Decodable { let nodes: [One] }
    let viewer: Viewer?
  }

  struct One: Decodable {
    struct Provider: Decodable { let id: String }
    struct Device: Decodable { let id: ObjectID }
    let id: ObjectID
    let status: String
    let version: Int
    let provider: Provider
    let device: Device?
  }

  struct Changed: Decodable { let connection: One? }

  /// Asks the server which connections this device has: one may have been paused or ended on another device, or be left from before the
  /// app was installed anew.
  /// - Throws: `GraphFault`.
  public func refresh() async throws {
    let known: Known = try await graph.run(Request(Document.deviceConnections))
    // While that part of the server is away, nothing is known.
    guard let connections = known.viewer?.connections else { return }
    for provider in DeviceProvider.allCases where sources.access(provider) != nil {
      let own = connections.nodes.first { $0.device?.id == device && $0.provider.id == provider.rawValue }
      let before = try await state(provider)
      if let own {
        try await adopt(own, as: provider)
      } else if let connection = before.connection {
        try await forget(connection, of: provider)
      }
    }
  }

  private func adopt(_ connection: One, as provider: DeviceProvider) async throws {
    try await update(provider) { state in
      if state.connection != connection.id {
        state = DeviceState(excluding: state.excluded)
        state.connection = connection.id
      }
      state.connecting = nil
      state.version = connection.version
      state.isPaused = connection.status == "PAUSED"
      if state.problem == .paused, !state.isPaused { state.problem = nil }
    }
  }

  private func forget(_ connection: ObjectID, of provider: DeviceProvider) async throws {
    let notes = HealthSync.notes(of: connection) + [CalendarSync.knownNote(connection), ReminderSync.knownNote(connection)]
    try await store.write(notes.map { .setNote($0, nil) })
    try await update(provider) { $0 = DeviceState(excluding: $0.excluded) }
  }

  /// Asks the person through the system, if they have not been asked yet.
  /// - Throws: `DeviceFault.noAccess` when they do not allow it.
  public func allow(_ provider: DeviceProvider) async throws {
    guard let access = sources.access(provider) else { throw DeviceFault.noAccess }
    var permission = await access.permission()
    if permission == .notAsked || permission == .addOnly { permission = try await access.requestPermission() }
    for listener in listeners.values { listener.yield() }
    guard permission.allowsReading else { throw DeviceFault.noAccess }
  }

  /// Connects what the person allows.
  /// - Parameter excluded: calendars or lists of which nothing is to be sent; nil leaves them as they were chosen before.
  /// - Throws: `DeviceFault.noAccess`, `GraphFault`, `UserError`.
  public func connect(_ provider: DeviceProvider, excluding excluded: Set<String>? = nil) async throws {
    try await allow(provider)
    if let excluded { try await exclude(excluded, of: provider) }
    try await refresh()
    guard try await state(provider).connection == nil else { return }
    // The same id each time: a connection that was made, though nobody heard of it, is not made twice.
    let id = try await state(provider).connecting ?? ObjectID("connection_\(surroundings.makeKey())")
    try await update(provider) { $0.connecting = id }
    let input: JSONValue = [
      "id": .string(id.rawValue), "provider": .string(provider.rawValue), "deviceId": .string(device.rawValue),
    ]
    let changed = try await graph.change(Request(Document.connectDeviceProvider, ["input": input]), as: Changed.self)
    if let connection = changed.connection { try await adopt(connection, as: provider) }
  }

  /// Stops sending, or goes on. What was sent stays at the server.
  /// - Throws: `GraphFault`, `UserError`.
  public func pause(_ provider: DeviceProvider, _ isPaused: Bool) async throws {
    guard let connection = try await state(provider).connection else { return }
    let input: JSONValue = ["id": .string(connection.rawValue), "paused": .bool(isPaused)]
    let changed = try await graph.change(Request(Document.updateConnection, ["input": input]), as: Changed.self)
    if let connection = changed.connection { try await adopt(connection, as: provider) }
  }

  /// Ends the connection; what came from it is deleted at the server.
  /// - Throws: `GraphFault`, `UserError`.
  public func disconnect(_ provider: DeviceProvider) async throws {
    guard let connection = try await state(provider).connection else { return }
    running[provider]?.cancel()
    do {
      try await graph.change(Request(Document.disconnect, ["input": ["id": .string(connection.rawValue)]]))
    } catch let error as UserError where error.code == "NOT_FOUND" {
      // It is no more already.
    }
    try await forget(connection, of: provider)
  }

  /// Leaves calendars or lists out, and takes back what was sent of them with the next sync.
  public func exclude(_ lists: Set<String>, of provider: DeviceProvider) async throws {
    try await update(provider) { state in
      guard state.excluded != lists else { return }
      state.excluded = lists
      state.hasChanges = true
    }
  }

  /// The person has read what was not taken.
  public func dismissRefusals(_ provider: DeviceProvider) async throws {
    try await update(provider) { $0.refused = Refusals() }
  }

  // MARK: Syncing

  /// The device says that something changed: it is due now.
  public func noteChanges(_ provider: DeviceProvider) async throws {
    try await update(provider) { $0.hasChanges = true }
  }

  /// Seconds that changes are given to gather: one edit in a calendar tells of itself several times.
  static let gathering: TimeInterval = 2

  /// Keeps what is connected up to date until the task is cancelled: what is due, what the device tells, what the person connects.
  public func run() async {
    let (wishes, wish) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    // Without a network, what is known is enough to begin with.
    try? await refresh()
    await withTaskGroup(of: Void.self) { group in
      for provider in DeviceProvider.allCases {
        guard let access = sources.access(provider) else { continue }
        group.addTask { for await _ in access.changes() { try? await self.noteChanges(provider) } }
      }
      let changes = changes()
      group.addTask { for await _ in changes { wish.yield() } }
      group.addTask { await self.keepUp(wishes, wish) }
      await group.waitForAll()
    }
  }

  private func keepUp(_ wishes: AsyncStream<Void>, _ wish: AsyncStream<Void>.Continuation) async {
    var timer: Task<Void, Never>?
    defer { timer?.cancel() }
    wish.yield()
    for await _ in wishes {
      timer?.cancel()
      do {
        try await surroundings.pause(Self.gathering)
        try await syncDue()
        guard let due = try await nextDue() else { continue }
        let seconds = max(1, due.timeIntervalSince(surroundings.now()))
        timer = Task { [surroundings] in if (try? await surroundings.pause(seconds)) != nil { wish.yield() } }
      } catch is CancellationError {
        if Task.isCancelled { return }
      } catch {
        // A store that cannot be written now is asked again when something changes.
      }
    }
  }

  /// When the next sync is due; nil when there is none. What lies in the past is due.
  public func nextDue() async throws -> Date? {
    var dates: [Date] = []
    for provider in DeviceProvider.allCases where sources.access(provider) != nil {
      if let due = schedule.due(try await state(provider), now: surroundings.now()) { dates.append(due) }
    }
    return dates.min()
  }

  /// Syncs what is due, one after the other: the phone may wake the app for seconds only, and what is done is done.
  /// - Throws: `CancellationError`, `StoreFault`. Other problems are in the states.
  public func syncDue() async throws {
    for provider in DeviceProvider.allCases where sources.access(provider) != nil {
      let now = surroundings.now()
      guard let due = schedule.due(try await state(provider), now: now), due <= now else { continue }
      try await sync(provider)
    }
  }

  /// Syncs now, unless it is not connected or paused. While it runs, it is the same run.
  /// - Throws: `CancellationError`, `StoreFault`. Other problems are in the state.
  public func sync(_ provider: DeviceProvider) async throws {
    if let task = running[provider] { return try await task.value }
    let task = Task { try await self.run(provider) }
    running[provider] = task
    let result = await withTaskCancellationHandler {
      await task.result
    } onCancel: {
      task.cancel()
    }
    running[provider] = nil
    for listener in listeners.values { listener.yield() }
    try result.get()
  }

  private func run(_ provider: DeviceProvider) async throws {
    let before = try await state(provider)
    guard let connection = before.connection, !before.isPaused, let access = sources.access(provider) else { return }
    // Taken before it is read: what changes meanwhile is read next time.
    try await update(provider) { state in
      state.attemptedAt = surroundings.now()
      state.hasChanges = false
    }
    var report = HealthSync.Report()
    do {
      guard await access.permission().allowsReading else { throw DeviceFault.noAccess }
      report = try await read(provider, connection, excluding: before.excluded)
    } catch let error where error is CancellationError || error is StoreFault {
      if before.hasChanges { try? await noteChanges(provider) }
      throw error
    } catch {
      report.problems[provider.rawValue] = DeviceProblem(error)
    }
    try await note(report, of: connection, for: provider)
  }

  private func read(_ provider: DeviceProvider, _ connection: ObjectID, excluding excluded: Set<String>) async throws -> HealthSync.Report {
    switch provider {
    case .health:
      guard let source = sources.health else { return HealthSync.Report() }
      return try await HealthSync(
        graph: graph, store: store, source: source, connection: connection, surroundings: surroundings
      ).sync()
    case .calendar:
      guard let source = sources.calendar else { return HealthSync.Report() }
      let sync = CalendarSync(graph: graph, store: store, source: source, connection: connection, surroundings: surroundings)
      return HealthSync.Report(summary: try await sync.sync(excluding: excluded))
    case .reminders:
      guard let source = sources.reminders else { return HealthSync.Report() }
      let sync = ReminderSync(graph: graph, store: store, source: source, connection: connection, surroundings: surroundings)
      return HealthSync.Report(summary: try await sync.sync(excluding: excluded))
    }
  }

  private func note(_ report: HealthSync.Report, of connection: ObjectID, for provider: DeviceProvider) async throws {
    // What all share tells more than what a single type meets.
    let problem = report.problems.values.first(where: \.stopsAll) ?? report.problems.values.first
    let now = surroundings.now()
    try await update(provider) { state in
      // It was ended meanwhile.
      guard state.connection == connection else { return }
      state.refused = state.refused + report.summary.refused
      state.problems = report.problems.filter { $0.key != provider.rawValue }
      state.problem = problem
      if let problem {
        state.failures += 1
        if problem == .paused { state.isPaused = true }
      } else {
        state.failures = 0
        state.succeededAt = now
        state.latest = report.summary
      }
    }
    if problem == .gone { try await forget(connection, of: provider) }
  }
}
