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
