import Foundation
import Graph
import Models
import Observation

/// The person's settings. Each counts at once, and goes back when the server does not have it; what another device changed of the others
/// meanwhile stays.
@MainActor @Observable public final class SettingsModel {
  public let query: QueryModel<SettingsValue>
  public let work = Work()
  /// A key that was just made: it is shown this once.
  public internal(set) var newKey: NewApiKey?
  /// Whether the person has asked to delete the account, and has to confirm it.
  public var isDeletionAsked: Bool { challenge != nil }

  @ObservationIgnored let parts: Parts
  @ObservationIgnored private let clock: PersonalClock?
  var challenge: String?
  /// How many sign-ins the latest "sign out everywhere else" ended.
  public internal(set) var revokedCount: Int?

  /// - Parameter clock: what the whole app reads the person's day from; it follows what is set here.
  public init(_ parts: Parts, clock: PersonalClock? = nil) {
    self.parts = parts
    self.clock = clock
    query = parts.model(Document.settings)
  }

  public var viewer: SettingsValue.Viewer? { query.screen.value?.viewer }
  public var profile: Profile? { viewer?.profile }

  public func open() async { await query.open() }
  public func refresh() async { await query.refresh() }

  // MARK: The profile

  /// - Parameter name: what to call the person; nothing removes it. What is too long is cut.
  public func setName(_ name: String) async {
    let trimmed = String(name.trimmingCharacters(in: .whitespacesAndNewlines).prefix(Profile.longestName))
    let new = trimmed.isEmpty ? nil : trimmed
    await set(\.name, new, Document.updateProfile, "name", new.map { .string($0) } ?? .null)
  }

  /// - Parameter tag: a BCP 47 tag, e.g. `de-AT`.
  public func setLocale(_ tag: String) async { await set(\.locale, tag, Document.updateProfile, "locale", .string(tag)) }

  /// - Parameter identifier: a name of the time zone database. What was logged stays on its days.
  public func setTimeZone(_ identifier: String) async {
    await set(\.timeZone, identifier, Document.updateProfile, "timeZone", .string(identifier))
  }

  public func setDayStart(_ time: TimeOfDay) async {
    await set(\.dayStartMinutes, time.minutes, Document.updateProfile, "dayStartMinutes", .int(time.minutes))
  }

  public func setFirstWeekday(_ day: Weekday) async {
    await set(\.weekStart, day.rawValue + 1, Document.updateProfile, "weekStart", .int(day.rawValue + 1))
  }

  /// The device's zone, when it is another than the person's: they may have travelled, or moved.
  public var otherZoneOfDevice: String? {
    let device = parts.surroundings.timeZone().identifier
    guard let profile, profile.timeZone != device else { return nil }
    return device
  }

  // MARK: Preferences and privacy

  public func setAppearance(_ appearance: Appearance) async {
    await set(\.settings.appearance, appearance, Document.updateSettings, "appearance", .string(appearance.rawValue))
  }

  public func setUnits(_ units: UnitSystem) async {
    await set(\.settings.units, units, Document.updateSettings, "units", .string(units.rawValue))
  }

  public func setAssistantMemory(_ on: Bool) async {
    await set(\.settings.assistantMemory, on, Document.updateSettings, "assistantMemory", .bool(on))
  }

  public func setUsageStatistics(_ on: Bool) async {
    await set(\.settings.usageStatistics, on, Document.updateSettings, "usageStatistics", .bool(on))
  }

  struct Saved: Decodable { let user: Profile }

  private func set<Field: Equatable>(
    _ field: WritableKeyPath<Profile, Field>, _ new: Field, _ document: Document, _ name: String, _ input: JSONValue
  ) async {
    guard let before = profile?[keyPath: field], before != new else { return }
    await work.run(on: ObjectID(name)) {
      edit { $0.profile[keyPath: field] = new }
      do {
        let saved = try await parts.graph.change(Request(document, ["input": .object([name: input])]), as: Saved.self)
        // While others are on their way, the answer does not know of them yet.
        if work.subjects.count == 1 { edit { $0.profile = saved.user } }
        await clock?.take(saved.user, into: parts.store)
      } catch {
        edit { $0.profile[keyPath: field] = before }
        throw error
      }
    }
  }

  /// Lays a change over what is shown.
  func edit(_ change: (inout SettingsValue.Viewer) -> Void) {
    query.edit { value in
      guard var viewer = value.viewer else { return }
      change(&viewer)
      value.viewer = viewer
    }
  }

  /// Takes something out of a list at once, and puts it back when the server does not do it. What is gone already is gone.
  func takeAway<Item: Identifiable>(
    _ item: Item, from list: WritableKeyPath<SettingsValue.Viewer, [Item]?>, by document: Document
  ) async where Item.ID == ObjectID {
    await work.run(on: item.id) {
      let place = viewer?[keyPath: list]?.firstIndex { $0.id == item.id }
      edit { $0[keyPath: list]?.removeAll { $0.id == item.id } }
      do {
        try await parts.graph.change(Request(document, ["input": ["id": .string(item.id.rawValue)]]))
      } catch let problem as UserError where problem.code == "NOT_FOUND" {
      } catch {
        edit { viewer in
          guard let place, let items = viewer[keyPath: list], !items.contains(where: { $0.id == item.id }) else { return }
          viewer[keyPath: list]?.insert(item, at: min(place, items.count))
        }
        throw error
      }
    }
  }
}

extension Parts {
  @MainActor public func settings(clock: PersonalClock? = nil) -> SettingsModel { SettingsModel(self, clock: clock) }
}
