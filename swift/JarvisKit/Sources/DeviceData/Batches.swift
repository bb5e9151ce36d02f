import Foundation
import Graph
import Models

/// How much goes into one request.
enum Batches {
  /// The server takes bodies of 256 kB; some of it is for the operation, the headers' worth and the deletions.
  static let bytes = 180_000

  /// Cuts a list so that no part has more items, or more bytes of JSON, than is allowed. An item that is too large alone goes alone.
  static func cut<Item>(_ items: [Item], most count: Int, bytes: Int = Batches.bytes, input: (Item) -> JSONValue) -> [[Item]] {
    var parts: [[Item]] = []
    var part: [Item] = []
    var size = 0
    for item in items {
      let own = ((try? JSON.encode(input(item)))?.count ?? 0) + 1
      if !part.isEmpty, part.count == count || size + own > bytes {
        parts.append(part)
        part = []
        size = 0
      }
      part.append(item)
      size += own
    }
    return part.isEmpty ? parts : parts + [part]
  }
}

/// What the server says of a batch.
struct Ingested: Decodable, Equatable {
  struct Result: Decodable, Equatable {
    let outcome: String
    let errors: [UserError]
  }
  let results: [Result]?

  /// - Parameter subjects: what each item is called, in their order.
  func refusals(_ subjects: [String]) -> Refusals {
    Refusals(
      zip(subjects, results ?? []).filter { $1.outcome == "REJECTED" }.map { subject, result in
        Refusals.One(subject: subject, message: result.errors.first?.message ?? "")
      })
  }
}

extension String {
  /// The text as far as the server takes it; it counts code points.
  func limited(to count: Int) -> String {
    unicodeScalars.count <= count ? self : String(String.UnicodeScalarView(unicodeScalars.prefix(count)))
  }
}

extension Amount {
  /// What an instrument measured: the shortest decimal number that stands for it. Nil for what is no number.
  public init?(measured value: Double) {
    guard value.isFinite else { return nil }
    self.init("\(value)")
  }
}
