import CoreData

/// What Core Data keeps, made in code: a package has no compiled model.
enum Model {
  /// Raised with each change that an older app cannot read; lighter ones Core Data infers.
  static let version = 1
  static let versionKey = "JarvisModelVersion"

  /// What stays on this device, and what may be mirrored into the person's iCloud: two stores, for CloudKit allows no unique values.
  static let local = "Local"
  static let mirror = "Mirror"

  static func make() -> NSManagedObjectModel {
    let item = entity(
      "Item",
      [
        text("id"), text("type"), text("parent", optional: true), text("position"), number("version", optional: true), data("json"),
        number("epoch"),
      ], unique: "id", indexes: [["type", "position", "id"], ["parent", "position", "id"]])
    let waiting = entity("Waiting", [text("key"), number("sequence"), data("json")], unique: "key", indexes: [["sequence"]])
    let note = entity("Note", [text("name"), data("json")], unique: "name")
    // CloudKit wants everything optional.
    let mirrored = entity(
      "Mirrored",
      [
        text("owner", optional: true), text("id", optional: true), text("type", optional: true), text("position", optional: true),
        number("version", optional: true), data("json", optional: true),
      ])
    let model = NSManagedObjectModel()
    model.entities = [item, waiting, note, mirrored]
    model.setEntities([item, waiting, note], forConfigurationName: local)
    model.setEntities([mirrored], forConfigurationName: mirror)
    return model
  }

  private static func entity(
    _ name: String, _ properties: [NSAttributeDescription], unique: String? = nil, indexes: [[String]] = []
  ) -> NSEntityDescription {
    let entity = NSEntityDescription()
    entity.name = name
    entity.properties = properties
    if let unique { entity.uniquenessConstraints = [[unique]] }
    entity.indexes = indexes.map { names in
      let indexed = names.compactMap { name in properties.first { $0.name == name } }
      return NSFetchIndexDescription(
        name: "by_\(names.joined(separator: "_"))",
        elements: indexed.map { NSFetchIndexElementDescription(property: $0, collationType: .binary) })
    }
    return entity
  }

  private static func attribute(_ name: String, _ type: NSAttributeType, _ optional: Bool) -> NSAttributeDescription {
    let attribute = NSAttributeDescription()
    attribute.name = name
    attribute.attributeType = type
    attribute.isOptional = optional
    return attribute
  }

  private static func text(_ name: String, optional: Bool = false) -> NSAttributeDescription {
    attribute(name, .stringAttributeType, optional)
  }
  private static func number(_ name: String, optional: Bool = false) -> NSAttributeDescription {
    attribute(name, .integer64AttributeType, optional)
  }
  private static func data(_ name: String, optional: Bool = false) -> NSAttributeDescription {
    attribute(name, .binaryDataAttributeType, optional)
  }
}
