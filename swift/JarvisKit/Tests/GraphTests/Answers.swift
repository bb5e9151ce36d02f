import Foundation
import Graph
import Models
import Testing

/// An answer that the graph could give to an operation, made from the schema: "full" or "bare".
func answer(_ name: String, _ fullness: String) throws -> Answer {
  let url = try #require(Bundle.module.url(forResource: "\(name).\(fullness)", withExtension: "json", subdirectory: "Answers"))
  return Answer(data: try JSON.decode(JSONValue.self, from: Data(contentsOf: url)))
}

/// The payload of a mutation in such an answer.
func payload(_ name: String, _ fullness: String) throws -> JSONValue { try Payload(answer(name, fullness)).value }
