import Graph
import Models
import Persistence

/// A type of the graph whose objects the device keeps, so that they can be seen and changed without a network. Of the other types, `changes`
/// tells that they changed, and screens load them again.
struct Kept: Sendable {
  let type: String
  let kind: ObjectKind
  /// Under which name payloads of mutations have such an object.
  let member: String
  /// The type that it belongs to, and the field that says to which object of it.
  var parent: (type: String, field: String)?
  /// The field that orders objects; the id does where there is none.
  var order: String?
  /// Fields of the copy that inputs have under another name.
  var inputNames: [String: String] = [:]
  let create: Document
  let update: Document
  let delete: Document

  static let goal = Kept(
    type: "Goal", kind: .goal, member: "goal", inputNames: ["lifeArea": "lifeAreaId"], create: Document.createGoal,
    update: Document.updateGoal, delete: Document.deleteGoal)
  static let entry = Kept(
    type: "ProgressEntry", kind: .entry, member: "entry", parent: ("Goal", "goal"), order: "localDate", inputNames: ["goal": "goalId"],
    create: Document.logProgress, update: Document.updateProgressEntry, delete: Document.deleteProgressEntry)
  static let milestone = Kept(
    type: "Milestone", kind: .milestone, member: "milestone", parent: ("Goal", "goal"), inputNames: ["goal": "goalId"],
    create: Document.createMilestone, update: Document.updateMilestone, delete: Document.deleteMilestone)
  static let area = Kept(
    type: "LifeArea", kind: .area, member: "lifeArea", inputNames: ["areaKind": "kind"], create: Document.createLifeArea,
    update: Document.updateLifeArea, delete: Document.deleteLifeArea)
  static let note = Kept(
    type: "LifeAreaNote", kind: .note, member: "note", parent: ("LifeArea", "lifeArea"), order: "createdAt",
    inputNames: ["lifeArea": "lifeAreaId"], create: Document.addLifeAreaNote, update: Document.updateLifeAreaNote,
    delete: Document.deleteLifeAreaNote)

  static let all = [goal, entry, milestone, area, note]

  /// Which of the types an id's object has; nil for those that are not kept.
  static func of(_ id: ObjectID) -> Kept? { id.kind.flatMap { kind in all.first { $0.kind == kind } } }

  /// Changes whenever copies of an older app lack something that this one keeps: such a copy is loaded anew.
  static let form = 2

  /// What an object of this type belongs to.
  func parent(of data: JSONValue) -> ObjectID? {
    parent.flatMap { data[$0.field]?["id"]?.text }.map(ObjectID.init(_:))
  }

  /// Orders an object among those of its type.
  func order(of data: JSONValue, id: ObjectID) -> String {
    order.map { data[$0]?.text ?? "" } ?? id.rawValue
  }

  /// An object of the graph as it is kept. Nil for what is not kept, or has no id.
  static func stored(_ data: JSONValue, epoch: Int) -> StoredObject? {
    guard let id = data["id"]?.text.map(ObjectID.init(_:)), let kept = of(id) else { return nil }
    let data = data.withoutTypeNames
    return StoredObject(
      id: id, type: kept.type, parent: kept.parent(of: data), order: kept.order(of: data, id: id), version: data["version"]?.number,
      data: data, epoch: epoch)
  }

  /// Fields of the copy as an input has them: under its names, objects by their ids.
  func input(of fields: [String: JSONValue]) -> [String: JSONValue] {
    Dictionary(
      fields.map { name, value in
        // A pause that lasts is the server's affair.
        if name == "pauses", let items = value.items { return (name, .array(items.filter { $0["end"] != nil })) }
        guard let other = inputNames[name] else { return (name, value) }
        return (other, value.members == nil ? value : value["id"] ?? .null)
      }, uniquingKeysWith: { $1 })
  }
}

extension JSONValue {
  /// Answers tell the type of every object, which no input does: without it, both can be compared.
  var withoutTypeNames: JSONValue {
    switch self {
    case .object(let members): .object(members.filter { $0.key != "__typename" }.mapValues(\.withoutTypeNames))
    case .array(let items): .array(items.map(\.withoutTypeNames))
    default: self
    }
  }
}
