import Foundation
import Graph
import Models
import Observation

/// A category as the person writes it.
public struct ResearchCategoryDraft: Equatable, Sendable {
  /// What keeps it from being saved.
  public enum Fault: Hashable, Sendable {
    case nameMissing, nameTooLong, textTooLong, tooManySources
    /// The line of the sources, from 0, that is no address of the web.
    case notAnAddress(line: Int)
    case schedule(SchedulePlan.Fault)
  }

  public static let longestName = 100
  public static let longestText = 10_000
  public static let mostSources = 50

  public var name = ""
  public var description = ""
  public var prompt = ""
  /// One address a line.
  public var sources = ""
  /// Nil when it is looked into by hand only.
  public var schedule: SchedulePlan? = SchedulePlan()
  /// Whose wall clock the schedule follows.
  public var timeZone: String
  public var active = true
  public var missedRunPolicy = MissedRunPolicy.once

  public init(timeZone: String) { self.timeZone = timeZone }

  init(_ category: ResearchCategoryValue.Category, timeZone: String) {
    self.init(category.row, prompt: category.prompt, sources: category.sources, category.missedRunPolicy, timeZone: timeZone)
  }

  init(_ row: ResearchCategoryRow, prompt: String, sources: [String], _ policy: MissedRunPolicy, timeZone: String) {
    name = row.name
    description = row.description
    self.prompt = prompt
    self.sources = sources.joined(separator: "\n")
    schedule = row.schedule?.plan
    self.timeZone = row.schedule?.timeZone ?? timeZone
    active = row.active
    missedRunPolicy = policy
  }

  /// The addresses; one without a scheme is taken as https.
  public var addresses: [String] {
    sources.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
      .map { $0.contains("://") ? $0 : "https://\($0)" }
  }

  public var faults: Set<Fault> {
    var faults: Set<Fault> = []
    let name = trimmed(name)
    if name.isEmpty { faults.insert(.nameMissing) }
    // The server counts in UTF-16.
    if name.utf16.count > Self.longestName { faults.insert(.nameTooLong) }
    if max(description.utf16.count, prompt.utf16.count) > Self.longestText { faults.insert(.textTooLong) }
    if addresses.count > Self.mostSources { faults.insert(.tooManySources) }
    for (line, address) in addresses.enumerated() {
      guard let host = webAddress(address)?.host, host.contains(".") else {
        faults.insert(.notAnAddress(line: line))
        continue
      }
    }
    if let fault = schedule?.fault { faults.insert(.schedule(fault)) }
    return faults
  }

  private func trimmed(_ text: String) -> String { text.trimmingCharacters(in: .whitespacesAndNewlines) }

  /// The schedule as mutations and the preview take it.
  var scheduleInput: JSONValue {
    guard let schedule else { return .null }
    return ["kind": .string(schedule.kind.rawValue), "text": .string(schedule.text), "timeZone": .string(timeZone)]
  }

  /// All of it, or what is different from what it was.
  func input(since before: ResearchCategoryDraft? = nil) -> [String: JSONValue] {
    var input: [String: JSONValue] = [:]
    func add(_ field: String, _ value: JSONValue, changed: Bool) { if before == nil || changed { input[field] = value } }
    add("name", .string(trimmed(name)), changed: name != before?.name)
    add("description", .string(trimmed(description)), changed: description != before?.description)
    add("prompt", .string(trimmed(prompt)), changed: prompt != before?.prompt)
    add("sources", .array(addresses.map { .string($0) }), changed: sources != before?.sources)
    // A rule counts from a day that is not shown: left out, it stays.
    add("schedule", scheduleInput, changed: schedule != before?.schedule || timeZone != before?.timeZone)
    add("active", .bool(active), changed: active != before?.active)
    if missedRunPolicy != .unknown {
      add("missedRunPolicy", .string(missedRunPolicy.rawValue), changed: missedRunPolicy != before?.missedRunPolicy)
    }
    return input
  }
}

/// What a schedule would mean.
public struct SchedulePreview: Decodable, Sendable, Equatable {
  /// In English.
  public let description: String
  public let nextRuns: [ScheduledTime]
}

/// The form in which a category is made or changed.
@MainActor @Observable public final class ResearchCategoryEditor: Identifiable {
  /// What is said about the schedule that is being written.
  public enum Preview: Equatable, Sendable {
    /// There is no schedule, or not one yet.
    case none
    case loading
    case means(SchedulePreview)
    case refused(Problem)
  }

  public var draft: ResearchCategoryDraft
  public private(set) var preview = Preview.none
  public private(set) var isSaved = false
  /// It was changed elsewhere since the form was opened: so it is now. The person says whose counts.
  public private(set) var conflict: ResearchCategoryDraft?
  public let work = Work()
  /// Whether it is a new one.
  public let isNew: Bool

  nonisolated public let id: ObjectID
  @ObservationIgnored private let parts: Parts
  @ObservationIgnored private let saved: @MainActor (ResearchCategoryRow) -> Void
  @ObservationIgnored private var before: ResearchCategoryDraft?
  @ObservationIgnored private var version: Int?
  @ObservationIgnored private var conflictVersion: Int?

  init(_ parts: Parts, saved: @escaping @MainActor (ResearchCategoryRow) -> Void) {
    self.parts = parts
    self.saved = saved
    // Made once: what is sent again after a lost answer is the same category.
    id = parts.surroundings.makeID(.researchCategory)
    isNew = true
    draft = ResearchCategoryDraft(timeZone: parts.surroundings.timeZone().identifier)
  }

  init(_ category: ResearchCategoryValue.Category, _ parts: Parts, saved: @escaping @MainActor (ResearchCategoryRow) -> Void) {
    self.parts = parts
    self.saved = saved
    id = category.row.id
    isNew = false
    draft = ResearchCategoryDraft(category, timeZone: parts.surroundings.timeZone().identifier)
    before = draft
    version = category.row.version
  }

  public var isChanged: Bool { draft != before }
  public var canSave: Bool { draft.faults.isEmpty && isChanged && !work.subjects.contains(id) }

  /// Asks what the schedule means, when it has not been changed for a moment.
  public func previewSchedule() async {
    guard let schedule = draft.schedule, schedule.fault == nil else {
      preview = .none
      return
    }
    do {
      try await parts.surroundings.pause(0.3)
      preview = .loading
      struct Value: Decodable { let researchSchedulePreview: SchedulePreview? }
      let value: Value = try await parts.graph.run(Request(Document.previewResearchSchedule, ["schedule": draft.scheduleInput]))
      preview = value.researchSchedulePreview.map { .means($0) } ?? .none
    } catch is CancellationError {
    } catch { preview = .refused(Problem(error)) }
  }

  struct Saved: Decodable, Sendable {
    let row: ResearchCategoryRow
    /// Only an update's answer has these.
    let prompt: String?
    let sources: [String]?
    let missedRunPolicy: MissedRunPolicy?

    private enum Keys: String, CodingKey { case prompt, sources, missedRunPolicy }

    init(from decoder: any Decoder) throws {
      row = try ResearchCategoryRow(from: decoder)
      let container = try decoder.container(keyedBy: Keys.self)
      prompt = try container.decodeIfPresent(String.self, forKey: .prompt)
      sources = try container.decodeIfPresent([String].self, forKey: .sources)
      missedRunPolicy = try container.decodeIfPresent(MissedRunPolicy.self, forKey: .missedRunPolicy)
    }
  }

  public func save() async {
    guard canSave else { return }
    await work.run(on: id) {
      var input = draft.input(since: before)
      input["id"] = .string(id.rawValue)
      if let version { input["expectedVersion"] = .int(version) }
      let document = isNew ? Document.createResearchCategory : Document.updateResearchCategory
      let outcome = try await parts.graph.outcome(Request(document, ["input": .object(input)]), "category", as: Saved.self)
      if let refusal = outcome.refusal {
        guard !isNew, refusal.code == "CONFLICT", let now = outcome.now else { throw refusal }
        conflict = ResearchCategoryDraft(
          now.row, prompt: now.prompt ?? "", sources: now.sources ?? [], now.missedRunPolicy ?? .unknown, timeZone: draft.timeZone)
        conflictVersion = now.row.version
        return
      }
      isSaved = true
      if let row = outcome.now?.row { saved(row) }
    }
  }

  /// Settles a conflict: what is in the form is laid over what the category is now.
  public func keepMine() async {
    guard let conflict else { return }
    before = conflict
    version = conflictVersion
    self.conflict = nil
    // What is the same as what is there needs no saving.
    if isChanged { await save() } else { isSaved = true }
  }

  /// Settles a conflict: the form shows the category as it is now.
  public func takeTheirs() {
    guard let conflict else { return }
    before = conflict
    draft = conflict
    version = conflictVersion
    self.conflict = nil
  }
}
