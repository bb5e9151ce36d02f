import Foundation

/// Which part of a reply that is being written a screen reader says next: whole sentences, and not before there is something to say, so that it
/// neither stammers nor starts anew with each word.
public struct SpokenReply: Sendable {
  /// So many characters are worth saying.
  static let least = 160

  private var said = 0

  public init() {}

  /// Takes the text as far as it has come.
  /// - Returns: what is to be said now; nil when that is nothing yet.
  public mutating func take(_ text: String, isOver: Bool) -> String? {
    let rest = text.dropFirst(said)
    let end: Substring.Index
    if isOver {
      end = rest.endIndex
    } else {
      guard rest.count >= Self.least, let last = Self.lastEnd(in: rest) else { return nil }
      end = last
    }
    let next = rest[..<end]
    said += next.count
    let trimmed = next.trimmingCharacters(in: .whitespacesAndNewlines)
    return trimmed.isEmpty ? nil : trimmed
  }

  /// Where the last whole sentence, or line, ends.
  private static func lastEnd(in text: Substring) -> Substring.Index? {
    var found: Substring.Index?
    var index = text.startIndex
    while index < text.endIndex {
      let next = text.index(after: index)
      let character = text[index]
      if character.isNewline {
        found = next
      } else if ".!?…".contains(character), next < text.endIndex, text[next].isWhitespace {
        found = next
      }
      index = next
    }
    return found
  }
}
