import Design
import Features
import SwiftUI

/// Where the person is signed in, and which devices get their notifications.
struct AccessScreen: View {
  let model: SettingsModel
  @State private var leaving: SignedInApp?
  @State private var asksForAll = false
  @State private var forgetting: KnownDevice?

  var body: some View {
    List {
      Section("Signed In") {
        ForEach(model.viewer?.sessions ?? []) { app in row(app) }
      }
      if (model.viewer?.sessions?.count ?? 0) > 1 {
        Section {
          Button("Sign Out Everywhere Else", role: .destructive) { asksForAll = true }
        } footer: {
          Text("Do this when you have lost a device, or do not know one of them.")
        }
      }
      Section {
        ForEach(model.viewer?.devices ?? []) { device in row(device) }
      } header: {
        Text("Devices")
      } footer: {
        Text("A device that is forgotten gets no pushes until Jarvis is opened on it again.")
      }
    }
    .navigationTitle("Devices and Sign-ins")
    .refreshable { await model.refresh() }
    .problemAlert(model.work)
    .sensoryFeedback(.success, trigger: model.revokedCount)
    .confirmationDialog("Sign out everywhere else?", isPresented: $asksForAll, titleVisibility: .visible) {
      Button("Sign Out Everywhere Else", role: .destructive) { Task { await model.revokeOthers() } }
    } message: {
      Text("What was not sent from there yet is kept on those devices.")
    }
    .confirmationDialog("Sign out there?", isPresented: isLeaving, titleVisibility: .visible, presenting: leaving) { app in
      Button("Sign Out", role: .destructive) { Task { await model.revoke(app) } }
    } message: { _ in
      Text("What was not sent from there yet is kept on those devices.")
    }
    .confirmationDialog("Forget this device?", isPresented: isForgetting, titleVisibility: .visible, presenting: forgetting) { device in
      Button("Forget", role: .destructive) { Task { await model.remove(device) } }
    }
  }

  private var isLeaving: Binding<Bool> { Binding(get: { leaving != nil }, set: { if !$0 { leaving = nil } }) }
  private var isForgetting: Binding<Bool> { Binding(get: { forgetting != nil }, set: { if !$0 { forgetting = nil } }) }

  private func row(_ app: SignedInApp) -> some View {
    HStack(spacing: Spacing.medium) {
      Image(systemName: app.device?.platform.symbol ?? "network").foregroundStyle(Palette.secondary).accessibilityHidden(true)
      VStack(alignment: .leading, spacing: Spacing.tight) {
        if let name = app.device?.name ?? app.userAgent { Text(verbatim: name).lineLimit(2) } else { Text("Unknown app") }
        if app.current {
          Text("This one").font(Typography.caption).foregroundStyle(Palette.good)
        } else {
          Text("Used \(app.lastUsedAt.formatted(.relative(presentation: .named)))").font(Typography.caption).foregroundStyle(
            Palette.secondary)
        }
      }
      Spacer(minLength: Spacing.small)
      if !app.current { Button("Sign Out") { leaving = app }.buttonStyle(.borderless) }
    }
    .accessibilityElement(children: .contain)
  }

  private func row(_ device: KnownDevice) -> some View {
    HStack(spacing: Spacing.medium) {
      Image(systemName: device.platform.symbol).foregroundStyle(Palette.secondary).accessibilityHidden(true)
      VStack(alignment: .leading, spacing: Spacing.tight) {
        Text(verbatim: device.name)
        HStack(spacing: Spacing.small) {
          if device.pushEnabled { Label("Gets pushes", systemImage: "bell") } else { Label("No pushes", systemImage: "bell.slash") }
          Text("Seen \(device.lastSeenAt.formatted(.relative(presentation: .named)))")
        }
        .font(Typography.caption)
        .foregroundStyle(Palette.secondary)
      }
      Spacer(minLength: Spacing.small)
      Button("Forget") { forgetting = device }.buttonStyle(.borderless)
    }
    .accessibilityElement(children: .contain)
  }
}

extension DeviceKind {
  var symbol: String {
    switch self {
    case .phone: "iphone"
    case .tablet: "ipad"
    case .mac: "desktopcomputer"
    case .watch: "applewatch"
    case .unknown: "network"
    }
  }
}

/// Keys with which other programs work for the person.
struct ApiKeysScreen: View {
  let model: SettingsModel
  @State private var isMaking = false
  @State private var ending: ApiKey?

  var body: some View {
    List {
      ForEach(model.viewer?.apiKeys ?? []) { key in row(key) }
    }
    .overlay {
      if model.viewer?.apiKeys?.isEmpty != false {
        EmptyState("No API keys", symbol: "key", message: "With a key, a program of yours can read and write what you allow.")
      }
    }
    .navigationTitle("API Keys")
    .toolbar { ToolbarItem(placement: .primaryAction) { Button("New Key", systemImage: "plus") { isMaking = true } } }
    .refreshable { await model.refresh() }
    .sheet(isPresented: $isMaking) { NewApiKeyView(model: model) }
    .confirmationDialog("End this key?", isPresented: isEnding, titleVisibility: .visible, presenting: ending) { key in
      Button("End Key", role: .destructive) { Task { await model.revoke(key) } }
    } message: { _ in
      Text("Programs that use it are locked out at once. This cannot be undone.")
    }
    .problemAlert(model.work)
  }

  private var isEnding: Binding<Bool> { Binding(get: { ending != nil }, set: { if !$0 { ending = nil } }) }

  private func row(_ key: ApiKey) -> some View {
    let state = key.state(at: .now)
    return VStack(alignment: .leading, spacing: Spacing.tight) {
      HStack {
        Text(verbatim: key.name).font(Typography.cardTitle)
        Spacer(minLength: Spacing.small)
        switch state {
        case .holds: Badge(Text("Active"), symbol: "checkmark", tint: Palette.good)
        case .ended: Badge(Text("Expired"), symbol: "clock")
        case .revoked: Badge(Text("Ended"), symbol: "xmark")
        }
      }
      Text(verbatim: "\(key.prefix)…").font(Typography.caption).monospaced()
      Text(verbatim: key.scopes.formatted(.list(type: .and))).font(Typography.caption).foregroundStyle(Palette.secondary)
      if let used = key.lastUsedAt {
        Text("Used \(used.formatted(.relative(presentation: .named)))").font(Typography.caption).foregroundStyle(Palette.secondary)
      }
      if state == .holds { Button("End Key", role: .destructive) { ending = key }.buttonStyle(.borderless) }
    }
    .accessibilityElement(children: .contain)
  }
}

/// A key that is made, and shown once.
private struct NewApiKeyView: View {
  let model: SettingsModel
  @State private var draft = ApiKeyDraft()
  @Environment(\.dismiss) private var dismiss

  var body: some View {
    NavigationStack {
      Form {
        if let new = model.newKey {
          Section {
            Text(verbatim: new.key).font(Typography.body).monospaced().textSelection(.enabled)
            ShareLink("Share Key", item: new.key)
          } header: {
            Text("Your New Key")
          } footer: {
            Text("Keep it in a safe place now: it is not shown again.")
          }
        } else {
          Section { TextField("What is it for?", text: $draft.name) }
          Section("May Do") {
            ForEach(Scope.allCases, id: \.self) { scope in Toggle(isOn: has(scope)) { scope.title } }
          }
          Section {
            Picker("Holds for", selection: $draft.lifetime) {
              Text("30 days").tag(ApiKeyDraft.Lifetime.month)
              Text("90 days").tag(ApiKeyDraft.Lifetime.quarter)
              Text("A year").tag(ApiKeyDraft.Lifetime.year)
              Text("Until you end it").tag(ApiKeyDraft.Lifetime.forever)
            }
          }
        }
      }
      .formStyle(.grouped)
      .navigationTitle("New Key")
      .toolbar {
        if model.newKey == nil {
          ToolbarItem(placement: .cancellationAction) { Button("Cancel") { dismiss() } }
          ToolbarItem(placement: .confirmationAction) {
            Button("Create") { Task { await model.makeKey(draft) } }.disabled(!draft.canBeMade || model.isMakingKey)
          }
        } else {
          ToolbarItem(placement: .confirmationAction) {
            Button("I Have Kept It") {
              model.putAwayKey()
              dismiss()
            }
          }
        }
      }
      .interactiveDismissDisabled(model.newKey != nil)
      .sensoryFeedback(.success, trigger: model.newKey)
      .problemAlert(model.work)
    }
  }

  private func has(_ scope: Scope) -> Binding<Bool> {
    Binding(
      get: { draft.scopes.contains(scope) }, set: { on in if on { draft.scopes.insert(scope) } else { draft.scopes.remove(scope) } })
  }
}

extension Scope {
  var title: Text {
    switch self {
    case .readProfile: Text("Read your profile")
    case .writeProfile: Text("Change your profile")
    case .readGoals: Text("Read goals and progress")
    case .writeGoals: Text("Change goals and log progress")
    case .readChat: Text("Read conversations")
    case .writeChat: Text("Write to the assistant")
    case .readResearch: Text("Read research")
    case .writeResearch: Text("Change research")
    case .readIntegrations: Text("Read connections and notifications")
    case .writeIntegrations: Text("Change connections and notifications")
    case .readSchema: Text("Read the schema")
    }
  }
}
