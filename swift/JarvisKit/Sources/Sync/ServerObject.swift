import Models
import Persistence

/// How objects of the graph are kept on the device.
enum ServerObject {
  /// The types that are kept. Of the others, `changes` tells that they changed, and screens load them again.
  static let types: Set<String> = ["Goal", "ProgressEntry"]

  /// Nil for what is not kept, or has no id.
  static func stored(_ data: JSONValue, epoch: Int) -> StoredObject? {
    guard let id = data["id"]?.text.map(ObjectID.init(_:)), let kind = id.kind else { return nil }
    switch kind {
    case .goal:
      return StoredObject(id: id, type: "Goal", order: id.rawValue, version: data["version"]?.number, data: data, epoch: epoch)
    case .entry:
      return StoredObject(
        id: id, type: "ProgressEntry", parent: data["goal"]?["id"]?.text.map(ObjectID.init(_:)), order: data["localDate"]?.text ?? "",
        version: data["version"]?.number, data: data, epoch: epoch)
    default: return nil
    }
  }
}
