import Design
import Features
import SwiftUI

/// A text in Markdown that may rest on what others wrote: pictures are not loaded, nothing in it is run, and links lead to the web only.
struct MarkdownView: View {
  let text: String

  var body: some View {
    let blocks = MarkdownBlock.blocks(of: text)
    VStack(alignment: .leading, spacing: Spacing.small) {
      ForEach(blocks.indices, id: \.self) { place in piece(blocks[place]) }
    }
    .textSelection(.enabled)
    .environment(
      \.openURL, OpenURLAction { url in ["http", "https"].contains(url.scheme?.lowercased() ?? "") ? .systemAction : .discarded })
  }

  @ViewBuilder private func piece(_ block: MarkdownBlock) -> some View {
    switch block {
    case .paragraph(let text): Text(Self.inline(text)).font(Typography.body)
    case .heading(let level, let text):
      Text(Self.inline(text)).font(level < 3 ? Typography.cardTitle : Typography.body.bold()).accessibilityAddTraits(.isHeader)
    case .item(let depth, let number, let text):
      HStack(alignment: .firstTextBaseline, spacing: Spacing.small) {
        Text(verbatim: number.map { "\($0)." } ?? "•").font(Typography.number).foregroundStyle(Palette.secondary)
        Text(Self.inline(text)).font(Typography.body)
      }
      .padding(.leading, Spacing.medium * CGFloat(min(depth, 4)))
      .accessibilityElement(children: .combine)
    case .quote(let text):
      Text(Self.inline(text)).font(Typography.body.italic()).foregroundStyle(Palette.secondary).padding(.leading, Spacing.medium)
    case .code(_, let code):
      ScrollView(.horizontal) {
        Text(verbatim: code).font(Typography.detail.monospaced()).padding(Spacing.small)
      }
      .background(Palette.inset, in: RoundedRectangle(cornerRadius: Spacing.small, style: .continuous))
    case .line: Divider()
    }
  }

  /// Emphasis, code and links within a piece; the text as it is where that cannot be read.
  private static func inline(_ text: String) -> AttributedString {
    let options = AttributedString.MarkdownParsingOptions(
      interpretedSyntax: .inlineOnlyPreservingWhitespace, failurePolicy: .returnPartiallyParsedIfPossible)
    return (try? AttributedString(markdown: text, options: options)) ?? AttributedString(text)
  }
}
