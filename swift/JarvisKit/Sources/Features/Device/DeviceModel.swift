import DeviceData
import Foundation
import Graph
import Models
import Observation

/// The screen on which a person lets this device send what it knows: Health, calendars, reminders.
@MainActor @Observable public final class DeviceModel {
  public private(set) var screen: Screen<[DeviceConnections.Row]> = .loading
  /// Why the server could not say which connections this device has; what is shown is what is known here.
  public private(set) var refreshProblem: Problem?
  /// What the person has to allow in the system's settings before it can be connected.
  public private(set) var notAllowed: DeviceProvider?
  /// The calendars and lists of reminders of the device, as far as they were asked for.
  public private(set) var lists: [DeviceProvider: [DeviceList]] = [:]
  public let work = Work()

  @ObservationIgnored private let connections: DeviceConnections

  public init(connections: DeviceConnections) { self.connections = connections }

  /// Shows what is known, asks the server, and follows what becomes of it until the task is cancelled.
  public func follow() async {
    let changes = await connections.changes()
    await show()
    await refresh()
    for await _ in changes { await show() }
  }

  private func show() async {
    do {
      let rows = try await connections.rows()
      screen = rows.isEmpty ? .empty : .content(rows, nil)
    } catch { screen = .failed(.outdated) }
  }

  public func refresh() async {
    do {
      try await connections.refresh()
      refreshProblem = nil
    } catch is CancellationError {
    } catch { refreshProblem = Problem(error) }
    await show()
  }

  public func row(_ provider: DeviceProvider) -> DeviceConnections.Row? { screen.value?.first { $0.provider == provider } }
  public func isBusy(_ provider: DeviceProvider) -> Bool { work.subjects.contains(subject(provider)) }

  private func subject(_ provider: DeviceProvider) -> ObjectID { ObjectID("device_\(provider.rawValue)") }

  /// - Returns: whether it worked.
  @discardableResult
  private func run(_ provider: DeviceProvider, _ operation: () async throws -> Void) async -> Bool {
    var worked = false
    await work.run(on: subject(provider)) {
      do {
        try await operation()
        notAllowed = nil
        worked = true
      } catch DeviceFault.noAccess { notAllowed = provider }
    }
    await show()
    return worked
  }

  public func dismissNotAllowed() { notAllowed = nil }

  /// Shows the system's question. Of calendars and reminders, the person then chooses which; nothing is sent before `connect`.
  /// - Returns: whether it may be read.
  public func allow(_ provider: DeviceProvider) async -> Bool {
    let isAllowed = await run(provider) { try await connections.allow(provider) }
    if isAllowed { await loadLists(provider) }
    return isAllowed
  }

  public func loadLists(_ provider: DeviceProvider) async {
    guard let found = try? await connections.lists(provider) else { return }
    lists[provider] = found.sorted { ($0.account, $0.title, $0.id) < ($1.account, $1.title, $1.id) }
  }

  /// Connects it, and sends for the first time.
  /// - Parameter excluded: calendars or lists of which nothing is sent.
  public func connect(_ provider: DeviceProvider, excluding excluded: Set<String> = []) async -> Bool {
    let isConnected = await run(provider) { try await connections.connect(provider, excluding: excluded) }
    if isConnected { await sync(provider) }
    return isConnected
  }

  public func sync(_ provider: DeviceProvider) async {
    await run(provider) { try await connections.sync(provider) }
  }

  public func pause(_ provider: DeviceProvider, _ isPaused: Bool) async {
    await run(provider) { try await connections.pause(provider, isPaused) }
  }

  /// Ends it; what came from it is deleted at the server, so this is asked about before.
  public func disconnect(_ provider: DeviceProvider) async {
    await run(provider) { try await connections.disconnect(provider) }
  }

  /// Sends a calendar or list, or leaves it out; what was sent of it is taken back with the next sync.
  public func include(_ list: DeviceList, _ isIncluded: Bool, of provider: DeviceProvider) async {
    guard var excluded = row(provider)?.state.excluded else { return }
    if isIncluded { excluded.remove(list.id) } else { excluded.insert(list.id) }
    await run(provider) { [excluded] in try await connections.exclude(excluded, of: provider) }
  }

  public func dismissRefusals(_ provider: DeviceProvider) async {
    await run(provider) { try await connections.dismissRefusals(provider) }
  }
}
