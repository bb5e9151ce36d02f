import Foundation
import Graph
import Models
import Observation
import Sync

/// The form in which a life area is made or changed.
@MainActor @Observable public final class LifeAreaForm {
  public enum Field: Hashable, Sendable {
    case name, description, color, icon
    /// A custom field, by its key.
    case custom(String)
  }
  public enum Mistake: Equatable, Sendable {
    case missing
    case tooLong(limit: Int)
    /// Not `#RRGGBB`.
    case notAColor
    /// A choice needs something to choose from.
    case noOptions
    case twice
  }

  public var name = ""
  public var description = ""
  public var kind = LifeAreaKind.health
  /// `#RRGGBB`, or empty.
  public var color = ""
  /// Name of an SF Symbol, or empty.
  public var icon = ""
  public var isActive = true
  public private(set) var customFields: [CustomField] = []

  public private(set) var mistakes: [Field: Mistake] = [:]
  public private(set) var saved: ObjectID?
  public private(set) var problem: Problem?
  public private(set) var isLoaded = false
  public let area: ObjectID?
  public var isNew: Bool { area == nil }

  @ObservationIgnored private let engine: SyncEngine
  @ObservationIgnored private var before: [String: JSONValue] = [:]
  @ObservationIgnored private var isSaving = false

  public init(engine: SyncEngine, area: ObjectID? = nil) {
    self.engine = engine
    self.area = area
  }

  public func load() async {
    do {
      if let area {
        guard let data = try await engine.object(area)?.data else {
          throw UserError(code: "NOT_FOUND", message: "It is not here any more.")
        }
        name = data["name"]?.text ?? ""
        description = data["description"]?.text ?? ""
        kind = data["areaKind"]?.choice() ?? .unknown
        color = data["color"]?.text ?? ""
        icon = data["icon"]?.text ?? ""
        isActive = data["active"]?.flag ?? true
        customFields = CustomField.fields(of: data)
        before = fields
      }
      isLoaded = true
    } catch { problem = Problem(error) }
  }

  /// Adds a field that goals of the area may carry. Its key is made from its label, and stays.
  public func addField(_ label: String, type: CustomField.Kind) {
    let label = label.trimmed
    guard !label.isEmpty else { return }
    customFields.append(CustomField(key: key(for: label), label: label, type: type))
  }

  public func change(_ field: CustomField) {
    guard let index = customFields.firstIndex(where: { $0.key == field.key }) else { return }
    customFields[index] = field
  }

  /// Goals keep what they have in such a field, but do not show it.
  public func removeFields(at offsets: IndexSet) {
    customFields = customFields.indices.filter { !offsets.contains($0) }.map { customFields[$0] }
  }

  public func moveFields(from offsets: IndexSet, to destination: Int) {
    let moved = offsets.filter { customFields.indices.contains($0) }
    let rest = customFields.indices.filter { !moved.contains($0) }
    customFields = (rest.filter { $0 < destination } + moved + rest.filter { $0 >= destination }).map { customFields[$0] }
  }

  /// Adds something to choose from to a field of that kind.
  public func addOption(_ label: String, to field: CustomField) {
    let label = label.trimmed
    guard !label.isEmpty, var field = customFields.first(where: { $0.key == field.key }) else { return }
    field.options.append(
      CustomField.Option(value: Self.name(for: label, taken: Set(field.options.map(\.value)), or: "option"), label: label))
    change(field)
  }

  private func key(for label: String) -> String { Self.name(for: label, taken: Set(customFields.map(\.key)), or: "field") }

  /// A name of ASCII letters, digits and underscores that begins with a letter, has at most 40 characters, and is not taken.
  nonisolated static func name(for label: String, taken: Set<String>, or fallback: String) -> String {
    let plain = label.folding(options: [.diacriticInsensitive, .caseInsensitive], locale: Locale(identifier: "en_US_POSIX"))
    let words = plain.split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }.joined(separator: "_")
    let name = String(words.drop { !$0.isLetter }.prefix(30))
    let base = name.isEmpty ? fallback : name
    guard taken.contains(base) else { return base }
    return (2...).lazy.map { "\(base)_\($0)" }.first { !taken.contains($0) } ?? base
  }

  /// Keeps it on the device; it goes to the server by itself.
  /// - Returns: whether it is saved. Twice at once is once.
  @discardableResult
  public func save() async -> Bool {
    guard !isSaving else { return false }
    isSaving = true
    defer { isSaving = false }
    mistakes = check()
    guard mistakes.isEmpty else { return false }
    do {
      if let area {
        try await engine.update(area, fields.filter { before[$0.key] ?? .null != $0.value })
        saved = area
      } else {
        saved = try await engine.createLifeArea(fields.filter { $0.value != .null })
      }
      problem = nil
      return true
    } catch {
      problem = Problem(error)
      return false
    }
  }

  private var fields: [String: JSONValue] {
    func text(_ text: String) -> JSONValue { text.trimmed.isEmpty ? .null : .string(text.trimmed) }
    return [
      "name": .string(name.trimmed), "description": text(description), "areaKind": .string(kind.rawValue), "color": text(color),
      "icon": text(icon), "active": .bool(isActive), "customFields": .array(customFields.map(\.data)),
    ]
  }

  private func check() -> [Field: Mistake] {
    var found: [Field: Mistake] = [:]
    if name.trimmed.isEmpty { found[.name] = .missing }
    for (field, text, limit) in [(Field.name, name, 100), (.description, description, 10_000), (.icon, icon, 50)]
    where text.trimmed.unicodeScalars.count > limit { found[field] = .tooLong(limit: limit) }
    if !color.trimmed.isEmpty, !Self.isColor(color.trimmed) { found[.color] = .notAColor }
    for field in customFields {
      if field.label.trimmed.isEmpty {
        found[.custom(field.key)] = .missing
      } else if field.label.unicodeScalars.count > 80 {
        found[.custom(field.key)] = .tooLong(limit: 80)
      } else if field.type == .select, field.options.isEmpty {
        found[.custom(field.key)] = .noOptions
      } else if customFields.contains(where: { $0.key != field.key && $0.label.trimmed == field.label.trimmed }) {
        found[.custom(field.key)] = .twice
      }
    }
    return found
  }

  nonisolated static func isColor(_ text: String) -> Bool {
    text.count == 7 && text.hasPrefix("#") && text.dropFirst().allSatisfy { $0.isASCII && $0.isHexDigit }
  }
}
