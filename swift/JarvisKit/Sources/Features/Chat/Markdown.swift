import Foundation

/// A piece of a message, of the Markdown that assistants write. What stands inside of a piece, e.g. emphasis, is left to the view.
public enum MarkdownBlock: Sendable, Equatable {
  case paragraph(String)
  /// Of 1 to 6.
  case heading(level: Int, String)
  /// An item of a list: how deep it lies, from 0, and its number where the list is numbered.
  case item(depth: Int, number: Int?, String)
  case quote(String)
  case code(language: String?, String)
  case line

  /// Cuts a text into its pieces. Whatever is no Markdown is a paragraph; code whose end has not come yet is code to the end of the text.
  public static func blocks(of text: String) -> [MarkdownBlock] {
    var blocks: [MarkdownBlock] = []
    var paragraph: [Substring] = []
    func end() {
      if !paragraph.isEmpty { blocks.append(.paragraph(paragraph.joined(separator: "\n"))) }
      paragraph = []
    }
    var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)[...]
    while let line = lines.popFirst() {
      let content = line.drop { $0 == " " || $0 == "\t" }
      if content.hasPrefix("```") || content.hasPrefix("~~~") {
        end()
        let fence = content.prefix(3)
        let language = content.dropFirst(3).trimmingCharacters(in: .whitespaces)
        var code: [Substring] = []
        while let line = lines.popFirst() {
          if line.trimmingCharacters(in: .whitespaces) == fence { break }
          code.append(line)
        }
        blocks.append(.code(language: language.isEmpty ? nil : language, code.joined(separator: "\n")))
      } else if content.allSatisfy(\.isWhitespace) {
        end()
      } else if let block = Self.block(content, indent: line.count - content.count) {
        end()
        if case .quote(let more) = block, case .quote(let quote) = blocks.last {
          blocks[blocks.count - 1] = .quote("\(quote)\n\(more)")
        } else {
          blocks.append(block)
        }
      } else if paragraph.isEmpty, line.count > content.count, case .item(let depth, let number, let said) = blocks.last {
        // An item goes on in the next line.
        blocks[blocks.count - 1] = .item(depth: depth, number: number, "\(said)\n\(content)")
      } else {
        paragraph.append(content)
      }
    }
    end()
    return blocks
  }

  private static func block(_ line: Substring, indent: Int) -> MarkdownBlock? {
    if let match = line.wholeMatch(of: /(#{1,6})\s+(.+?)\s*#*/) { return .heading(level: match.1.count, String(match.2)) }
    if line.wholeMatch(of: /(\*\s*){3,}|(-\s*){3,}|(_\s*){3,}/) != nil { return .line }
    if let match = line.wholeMatch(of: /[-*+]\s+(.+)/) { return .item(depth: indent / 2, number: nil, String(match.1)) }
    if let match = line.wholeMatch(of: /(\d{1,6})[.)]\s+(.+)/) { return .item(depth: indent / 2, number: Int(match.1), String(match.2)) }
    if let match = line.wholeMatch(of: />\s?(.*)/) { return .quote(String(match.1)) }
    return nil
  }
}
