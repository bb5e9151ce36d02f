import Design
import Features
import SwiftUI

/// What may be sent to whom: shown before the first question to the assistant, and in its settings.
public struct AiConsentView: View {
  @State private var chosen: [String: Set<DataClass>] = [:]
  @Environment(\.dismiss) private var dismiss
  private let model: AiConsentModel
  private let decided: (() -> Void)?

  /// - Parameter decided: what goes on once the person has allowed or declined; nil in the settings.
  public init(_ model: AiConsentModel, decided: (() -> Void)? = nil) {
    self.model = model
    self.decided = decided
  }

  public var body: some View {
    ScreenStateView(model.list.screen, retry: { await model.list.refresh() }) { value in
      Form {
        Section {
          Text("Jarvis can have language models of others answer you. They get only what you allow here, for each of them on its own.")
          Text(
            "What is allowed is sent with your questions to their servers and handled there under their terms. You can take it back at any time: nothing more is sent from then on."
          )
          .font(Typography.detail).foregroundStyle(Palette.secondary)
        }
        ForEach(value.recipients) { provider in recipient(provider) }
        if value.recipients.isEmpty {
          Section {
            Text("Here only Jarvis itself answers. Nothing leaves your server.")
          }
        }
        Section {
          if decided != nil {
            Button("Let only Jarvis itself answer") {
              Task { if await model.decline() { finish() } }
            }
            .touchTarget()
          }
          NavigationLink("What you have allowed before") { ConsentHistoryList(model: model) }
        } footer: {
          Text("The assistant that is part of Jarvis answers simple questions. For it, nothing is sent to anybody.")
        }
      }
      .formStyle(.grouped)
    }
    .navigationTitle("What the assistant may see")
    .toolbar {
      ToolbarItem(placement: .confirmationAction) {
        Button("Allow") { Task { await save() } }.disabled(!hasChanges || !model.work.subjects.isEmpty)
      }
      ToolbarItem(placement: .cancellationAction) { Button("Cancel") { dismiss() } }
    }
    .task { await model.open() }
    .problemAlert(model.work)
    .interactiveDismissDisabled(hasChanges)
  }

  private func recipient(_ provider: AiProvider) -> some View {
    Section {
      ForEach(DataClass.askedFor, id: \.self) { dataClass in
        Toggle(isOn: allows(provider, dataClass)) {
          VStack(alignment: .leading, spacing: Spacing.tight) {
            dataClass.title.font(Typography.body)
            dataClass.words.font(Typography.caption).foregroundStyle(Palette.secondary)
          }
        }
      }
      if !provider.consentedClasses.isEmpty {
        Button("Take everything back", role: .destructive) {
          Task { if await model.withdraw(provider) { chosen[provider.name] = nil } }
        }
        .touchTarget()
      }
    } header: {
      Text(verbatim: "\(provider.name) · \(provider.model)")
    }
    .disabled(!model.work.subjects.isEmpty)
  }

  private func classes(_ provider: AiProvider) -> Set<DataClass> {
    chosen[provider.name] ?? Set(provider.consentedClasses).subtracting([.unknown])
  }

  /// Anything needs the messages: without them nobody can answer.
  private func allows(_ provider: AiProvider, _ dataClass: DataClass) -> Binding<Bool> {
    Binding {
      classes(provider).contains(dataClass)
    } set: { on in
      var wanted = classes(provider)
      if on { wanted.formUnion([dataClass, .messages]) } else if dataClass == .messages { wanted = [] } else { wanted.remove(dataClass) }
      chosen[provider.name] = wanted
    }
  }

  private var changed: [AiProvider] {
    (model.list.screen.value?.recipients ?? []).filter { classes($0) != Set($0.consentedClasses).subtracting([.unknown]) }
  }

  private var hasChanges: Bool { !changed.isEmpty }

  private func save() async {
    for provider in changed {
      guard await model.allow(provider, classes(provider)) else { return }
    }
    chosen = [:]
    finish()
  }

  private func finish() {
    dismiss()
    decided?()
  }
}

/// Every consent there ever was.
struct ConsentHistoryList: View {
  let model: AiConsentModel

  var body: some View {
    ScreenStateView(model.history.screen, retry: { await model.history.refresh() }) { value in
      List {
        ForEach(value.viewer?.aiConsentHistory?.nodes ?? []) { consent in
          VStack(alignment: .leading, spacing: Spacing.tight) {
            HStack(spacing: Spacing.tight) {
              Text(verbatim: consent.provider).font(Typography.body)
              consent.dataClass.title.font(Typography.body)
            }
            Text("Allowed on \(consent.grantedAt.formatted(date: .abbreviated, time: .shortened))").font(Typography.caption)
            if let end = consent.withdrawnAt {
              Text("Taken back on \(end.formatted(date: .abbreviated, time: .shortened))").font(Typography.caption)
            }
            Text("Text shown: \(consent.disclosureVersion)").font(Typography.caption)
          }
          .foregroundStyle(consent.withdrawnAt == nil ? Palette.primary : Palette.secondary)
          .accessibilityElement(children: .combine)
        }
        MoreRow(model: model.history)
      }
    } empty: {
      EmptyState("Nothing was ever allowed", symbol: "hand.raised", message: "What you allow, and take back, is listed here.")
    }
    .navigationTitle("What you have allowed before")
    .task { await model.history.open() }
  }
}
