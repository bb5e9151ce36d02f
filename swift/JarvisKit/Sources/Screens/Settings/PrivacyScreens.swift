import Design
import Features
import SwiftUI

/// What may be kept, counted, and sent to whom.
struct PrivacyScreen: View {
  let model: SettingsModel
  let account: Account
  @State private var leaving: String?

  var body: some View {
    Form {
      if let settings = model.profile?.settings {
        Section {
          Toggle("The Assistant May Remember", isOn: binding(settings.assistantMemory) { await model.setAssistantMemory($0) })
          Toggle("Count Anonymous Usage", isOn: binding(settings.usageStatistics) { await model.setUsageStatistics($0) })
        } footer: {
          Text("What it remembers you can read and delete in the chat. Usage figures have nothing in them that leads to you.")
        }
      }
      if model.consents.isEmpty {
        Section("Sent to Providers of Language Models") { Text("Nothing is sent to anybody.").foregroundStyle(Palette.secondary) }
      }
      ForEach(model.consents, id: \.provider) { provider, classes in
        Section {
          ForEach(classes) { consent in
            HStack {
              VStack(alignment: .leading, spacing: Spacing.tight) {
                consent.dataClass.title
                Text("Since \(consent.grantedAt.formatted(date: .abbreviated, time: .omitted))")
                  .font(Typography.caption).foregroundStyle(Palette.secondary)
              }
              Spacer(minLength: Spacing.small)
              if consent.dataClass != .unknown {
                Button("Withdraw") { Task { await model.withdraw(provider: provider, consent.dataClass) } }.buttonStyle(.borderless)
              }
            }
          }
          Button("Withdraw All", role: .destructive) { leaving = provider }
        } header: {
          Text("Sent to \(provider)")
        } footer: {
          Text("When you withdraw it, nothing of that kind is sent from then on.")
        }
      }
      Section { NavigationLink("History of Consents") { ConsentHistoryScreen(account) } }
    }
    .formStyle(.grouped)
    .navigationTitle("Privacy and Consents")
    .refreshable { await model.refresh() }
    .sensoryFeedback(.selection, trigger: model.viewer?.aiConsents)
    .confirmationDialog("Withdraw all consents?", isPresented: isLeaving, titleVisibility: .visible, presenting: leaving) { provider in
      Button("Withdraw All", role: .destructive) { Task { await model.withdraw(provider: provider) } }
    } message: { provider in
      Text("The assistant does not use \(provider) until you agree again.")
    }
    .problemAlert(model.work)
  }

  private var isLeaving: Binding<Bool> { Binding(get: { leaving != nil }, set: { if !$0 { leaving = nil } }) }

  private func binding(_ value: Bool, _ set: @escaping @MainActor (Bool) async -> Void) -> Binding<Bool> {
    Binding(get: { value }, set: { new in Task { await set(new) } })
  }
}

/// Every consent that was ever given.
struct ConsentHistoryScreen: View {
  @State private var model: QueryModel<ConsentHistoryValue>

  init(_ account: Account) { _model = State(initialValue: account.parts.consentHistory()) }

  var body: some View {
    ScreenStateView(model.screen, retry: model.refresh) { value in
      List {
        ForEach(value.viewer?.aiConsentHistory?.nodes ?? []) { consent in
          VStack(alignment: .leading, spacing: Spacing.tight) {
            consent.dataClass.title.font(Typography.cardTitle)
            Text("To \(consent.provider), under text \(consent.disclosureVersion)").font(Typography.detail)
            if let withdrawn = consent.withdrawnAt {
              Text("From \(Self.words(consent.grantedAt)) to \(Self.words(withdrawn))").font(Typography.caption)
            } else {
              Text("Since \(Self.words(consent.grantedAt))").font(Typography.caption).foregroundStyle(Palette.good)
            }
          }
          .accessibilityElement(children: .combine)
        }
        MoreRow(model: model)
      }
    } empty: {
      EmptyState("No consents yet", symbol: "hand.raised", message: "Nothing was ever sent to a provider of language models.")
    }
    .navigationTitle("History of Consents")
    .task { await model.open() }
  }

  private static func words(_ date: Date) -> String { date.formatted(date: .abbreviated, time: .shortened) }
}

/// Archives of everything that Jarvis holds of the person.
struct DataExportsScreen: View {
  @State private var model: DataExportsModel
  @Environment(\.openURL) private var openURL

  init(_ account: Account) { _model = State(initialValue: account.parts.dataExports()) }

  var body: some View {
    ScreenStateView(model.query.screen, retry: model.query.refresh) { _ in
      List {
        Section {
          Button("Make an Archive", systemImage: "archivebox") { Task { await model.request() } }.disabled(model.isMaking)
        } footer: {
          Text("It has everything that Jarvis holds of you, and can be fetched for some days.")
        }
        Section("Archives") {
          ForEach(model.exports) { export in row(export) }
        }
      }
      .refreshable { await model.query.refresh() }
    } empty: {
      EmptyState("No archives yet", symbol: "archivebox", message: "Take everything with you that Jarvis holds of you.") {
        Button("Make an Archive") { Task { await model.request() } }.buttonStyle(.borderedProminent).disabled(model.isMaking)
      }
    }
    .navigationTitle("Your Data")
    .sensoryFeedback(.success, trigger: model.exports.filter { $0.status == .ready }.count)
    .problemAlert(model.work)
    .task { await model.follow() }
    .onChange(of: model.address) {
      guard let address = model.address else { return }
      openURL(address)
      model.addressUsed()
    }
  }

  private func row(_ export: DataExport) -> some View {
    HStack {
      VStack(alignment: .leading, spacing: Spacing.tight) {
        Text(verbatim: export.createdAt.formatted(date: .abbreviated, time: .shortened))
        state(export).font(Typography.caption).foregroundStyle(Palette.secondary)
      }
      Spacer(minLength: Spacing.small)
      switch export.status {
      case .pending: ProgressView().accessibilityLabel("Being made")
      case .ready:
        Button("Fetch", systemImage: "arrow.down.circle") { Task { await model.fetch(export) } }
          .buttonStyle(.borderless).disabled(model.work.subjects.contains(export.id))
      default: EmptyView()
      }
    }
    .accessibilityElement(children: .contain)
  }

  private func state(_ export: DataExport) -> Text {
    switch export.status {
    case .pending: return Text("Being made")
    case .ready:
      let size = Int64(export.size ?? 0).formatted(.byteCount(style: .file))
      guard let ends = export.expiresAt else { return Text(verbatim: size) }
      return Text("\(size), until \(ends.formatted(date: .abbreviated, time: .omitted))")
    case .failed: return Text("It could not be made. Ask for another one.")
    case .expired, .unknown: return Text("Deleted")
    }
  }
}

/// Deleting the account, in two steps and with a time of grace.
struct DeleteAccountScreen: View {
  let model: SettingsModel

  var body: some View {
    Form {
      if let deletion = model.viewer?.deletion {
        Section {
          Label("Your account is deleted on \(deletion.scheduledAt.formatted(date: .long, time: .omitted))", systemImage: "trash")
          Button("Keep My Account") { Task { await model.keepAccount() } }.disabled(model.isDeletionWorking)
        }
      } else {
        Section {
          Text("Everything is erased: goals, progress, conversations, research, connections and what came from them.")
          Text("You have some days to change your mind: until then, you can keep your account in the settings.")
          Text("You may want to make an archive of your data first.")
          Button("Delete Account…", role: .destructive) { Task { await model.askForDeletion() } }.disabled(model.isDeletionWorking)
        }
      }
    }
    .formStyle(.grouped)
    .navigationTitle("Delete Account")
    .confirmationDialog("Delete your account?", isPresented: isAsked, titleVisibility: .visible) {
      Button("Delete Account", role: .destructive) { Task { await model.confirmDeletion() } }
    } message: {
      Text("You are signed out everywhere else. When the days of grace are over, nothing can be brought back.")
    }
    .sensoryFeedback(.warning, trigger: model.viewer?.deletion)
    .problemAlert(model.work)
  }

  private var isAsked: Binding<Bool> { Binding(get: { model.isDeletionAsked }, set: { if !$0 { model.dropDeletion() } }) }
}
