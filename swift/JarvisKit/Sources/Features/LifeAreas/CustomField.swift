import Foundation
import Models

/// A field that a person gave the goals of a life area.
public struct CustomField: Decodable, Equatable, Hashable, Sendable, Identifiable {
  public enum Kind: String, OpenEnum, CaseIterable {
    case text = "TEXT"
    case number = "NUMBER"
    case boolean = "BOOLEAN"
    case date = "DATE"
    case select = "SELECT"
    case url = "URL"
    case unknown
  }
  public struct Option: Decodable, Equatable, Hashable, Sendable, Identifiable {
    /// What is stored.
    public var value: String
    public var label: String
    public var id: String { value }

    public init(value: String, label: String) {
      self.value = value
      self.label = label
    }
  }

  /// Names the field in values; it stays when the label changes.
  public let key: String
  public var label: String
  public let type: Kind
  /// Of a number.
  public var unit: String?
  public var options: [Option]
  /// Every goal of the area has to have a value.
  public var required: Bool
  public var id: String { key }

  public init(key: String, label: String, type: Kind, unit: String? = nil, options: [Option] = [], required: Bool = false) {
    self.key = key
    self.label = label
    self.type = type
    self.unit = unit
    self.options = options
    self.required = required
  }

  private enum CodingKeys: CodingKey { case key, label, type, unit, options, required }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    key = try values.decode(String.self, forKey: .key)
    label = try values.decode(String.self, forKey: .label)
    type = try values.decode(Kind.self, forKey: .type)
    unit = try values.decodeIfPresent(String.self, forKey: .unit)
    options = try values.decodeIfPresent([Option].self, forKey: .options) ?? []
    required = try values.decodeIfPresent(Bool.self, forKey: .required) ?? false
  }

  /// A value of such a field.
  public enum Value: Equatable, Hashable, Sendable {
    case text(String)
    case number(Amount)
    case boolean(Bool)
    case date(LocalDate)
  }

  /// A field with what a goal has in it.
  public struct Filled: Equatable, Sendable, Identifiable {
    public let field: CustomField
    public let value: Value
    public var id: String { field.key }

    /// What the option that was chosen is called, where one is chosen.
    public var optionLabel: String? {
      guard field.type == .select, case .text(let chosen) = value else { return nil }
      return field.options.first { $0.value == chosen }?.label ?? chosen
    }
  }

  /// The fields of a life area in the copy.
  static func fields(of area: JSONValue?) -> [CustomField] {
    (area?["customFields"]?.items ?? []).compactMap { try? $0.read() }
  }

  /// What a goal in the copy has in each field.
  static func values(of goal: JSONValue) -> [String: Value] {
    Dictionary(
      (goal["customFields"]?.items ?? []).compactMap { item in
        guard let key = item["key"]?.text, let value = Value(item) else { return nil }
        return (key, value)
      }, uniquingKeysWith: { $1 })
  }

  /// The fields of the goal's area that have a value.
  static func filled(area: JSONValue?, goal: JSONValue) -> [Filled] {
    let values = values(of: goal)
    return fields(of: area).compactMap { field in values[field.key].map { Filled(field: field, value: $0) } }
  }

  /// As the copy and inputs have it: only a choice has options, only a number has a unit.
  var data: JSONValue {
    [
      "key": .string(key), "label": .string(label), "type": .string(type.rawValue),
      "unit": type == .number ? unit.map { .string($0) } ?? .null : .null,
      "options": type == .select ? .array(options.map { ["value": .string($0.value), "label": .string($0.label)] }) : .null,
      "required": .bool(required),
    ]
  }
}

extension CustomField.Value {
  init?(_ item: JSONValue) {
    if let text = item["text"]?.text {
      self = .text(text)
    } else if let number = item["number"]?.amount {
      self = .number(number)
    } else if let boolean = item["boolean"]?.flag {
      self = .boolean(boolean)
    } else if let date = item["date"]?.localDate {
      self = .date(date)
    } else {
      return nil
    }
  }

  /// As the copy and inputs have it: the other members are null.
  func data(key: String) -> JSONValue {
    var members: [String: JSONValue] = ["key": .string(key), "text": .null, "number": .null, "boolean": .null, "date": .null]
    switch self {
    case .text(let text): members["text"] = .string(text)
    case .number(let amount): members["number"] = .string(amount.description)
    case .boolean(let flag): members["boolean"] = .bool(flag)
    case .date(let day): members["date"] = .string(day.description)
    }
    return .object(members)
  }
}
