import Design
import Features
import Models
import SwiftUI

/// A screen that is made when it is gone to, not with the row that leads there.
struct Later<Content: View>: View {
  let content: () -> Content

  init(@ViewBuilder _ content: @escaping () -> Content) { self.content = content }

  var body: some View { content() }
}

/// The end of a list that goes on: it loads when it is seen, and says when that does not work.
struct NextPageRow<Value: Decodable & Sendable & Equatable>: View {
  let model: QueryModel<Value>

  var body: some View {
    if model.hasMore {
      HStack {
        Spacer()
        if let problem = model.moreProblem {
          VStack(spacing: Spacing.tight) {
            problem.sentence.font(Typography.detail).foregroundStyle(Palette.secondary)
            Button("Load More") { Task { await model.more() } }
          }
        } else {
          ProgressView().task { await model.more() }
        }
        Spacer()
      }
    }
  }
}

/// Asks for a reason before something is turned down.
struct ReasonSheet: View {
  let title: LocalizedStringKey
  let action: LocalizedStringKey
  let done: (String) async -> Void
  @State private var reason = ""
  @Environment(\.dismiss) private var dismiss

  var body: some View {
    NavigationStack {
      Form {
        Section {
          TextField("Reason", text: $reason, axis: .vertical).lineLimit(3...8)
        } footer: {
          Text("It is kept with the result, and helps you later to see why.")
        }
      }
      .formStyle(.grouped)
      .navigationTitle(title)
      .toolbar {
        ToolbarItem(placement: .cancellationAction) { Button("Cancel") { dismiss() } }
        ToolbarItem(placement: .confirmationAction) {
          Button(action) {
            dismiss()
            Task { await done(reason) }
          }
          .disabled(reason.allSatisfy(\.isWhitespace))
        }
      }
    }
  }
}

/// Markdown that may rest on pages of others: no pictures, no HTML, and links lead to the web only.
struct MarkdownText: View {
  let blocks: [MarkdownBlock]

  init(_ markdown: String) { blocks = MarkdownBlock.blocks(of: markdown) }

  var body: some View {
    VStack(alignment: .leading, spacing: Spacing.small) {
      ForEach(Array(blocks.enumerated()), id: \.offset) { _, block in view(of: block) }
    }
    .frame(maxWidth: .infinity, alignment: .leading)
    .textSelection(.enabled)
    .environment(
      \.openURL, OpenURLAction { url in ["http", "https"].contains(url.scheme?.lowercased() ?? "") ? .systemAction : .discarded })
  }

  @ViewBuilder private func view(of block: MarkdownBlock) -> some View {
    switch block {
    case .heading(let level, let text):
      Text(inline(text)).font(level <= 2 ? Typography.screenTitle : Typography.cardTitle).accessibilityAddTraits(.isHeader)
        .padding(.top, Spacing.small)
    case .paragraph(let text): Text(inline(text)).font(Typography.body)
    case .item(let depth, let number, let text):
      HStack(alignment: .firstTextBaseline, spacing: Spacing.small) {
        Text(verbatim: number.map { "\($0)." } ?? "•").foregroundStyle(Palette.secondary)
        Text(inline(text)).font(Typography.body)
      }
      .padding(.leading, CGFloat(depth) * Spacing.medium)
      .accessibilityElement(children: .combine)
    case .quote(let text):
      HStack(spacing: Spacing.small) {
        Rectangle().fill(Palette.accent).frame(width: 3).accessibilityHidden(true)
        Text(inline(text)).italic().foregroundStyle(Palette.secondary)
      }
      .fixedSize(horizontal: false, vertical: true)
    case .code(_, let text):
      ScrollView(.horizontal) { Text(verbatim: text).font(Typography.detail).monospaced() }
        .padding(Spacing.small).background(Palette.inset)
    case .line: Divider()
    }
  }

  private func inline(_ text: String) -> AttributedString {
    let options = AttributedString.MarkdownParsingOptions(
      interpretedSyntax: .inlineOnlyPreservingWhitespace, failurePolicy: .returnPartiallyParsedIfPossible)
    return (try? AttributedString(markdown: text, options: options)) ?? AttributedString(text)
  }
}
