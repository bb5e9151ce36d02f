import Design
import Features
import Models
import SwiftUI

/// The person's settings, and what is behind them.
public struct SettingsScreen: View {
  private let account: Account
  @State private var model: SettingsModel

  public init(_ account: Account) {
    self.account = account
    _model = State(initialValue: account.parts.settings(clock: account.clock))
  }

  public var body: some View {
    ScreenStateView(model.query.screen, retry: model.refresh) { value in
      if let viewer = value.viewer { form(viewer) } else { EmptyState("Not available right now", symbol: "gearshape") }
    }
    .navigationTitle("Settings")
    .problemAlert(model.work)
    .task { await model.open() }
  }

  private func form(_ viewer: SettingsValue.Viewer) -> some View {
    Form {
      if let deletion = viewer.deletion {
        Section {
          Label("Your account is deleted on \(deletion.scheduledAt.formatted(date: .long, time: .omitted))", systemImage: "trash")
            .foregroundStyle(Palette.bad)
          Button("Keep My Account") { Task { await model.keepAccount() } }.disabled(model.isDeletionWorking)
        }
      }
      ProfileSection(profile: viewer.profile, model: model)
      DaySection(profile: viewer.profile, model: model)
      LookSection(profile: viewer.profile, model: model)
      Section("Jarvis") {
        NavigationLink("Notifications") { NotificationSettingsScreen(account) }
        NavigationLink("Reminders") { RemindersScreen(account) }
        NavigationLink("Connections") { ConnectionsScreen(account) }
        NavigationLink("Data for Goals") { ProgressMappingsScreen(account) }
      }
      Section("Privacy and Security") {
        NavigationLink("Privacy and Consents") { PrivacyScreen(model: model, account: account) }
        NavigationLink("Devices and Sign-ins") { AccessScreen(model: model) }
        NavigationLink("Your Data") { DataExportsScreen(account) }
      }
      Section("For Programs") {
        NavigationLink("API Keys") { ApiKeysScreen(model: model) }
        NavigationLink("Webhooks") { WebhooksScreen(account) }
      }
      Section {
        NavigationLink("About Jarvis") { AboutScreen(account) }
        SignOutButton(account)
        NavigationLink("Delete Account") { DeleteAccountScreen(model: model) }
      }
    }
    .formStyle(.grouped)
    .refreshable { await model.refresh() }
    .sensoryFeedback(.selection, trigger: viewer.profile.settings)
  }
}

private struct ProfileSection: View {
  let profile: Profile
  let model: SettingsModel
  @State private var name = ""
  @FocusState private var isNaming: Bool

  var body: some View {
    Section("Profile") {
      TextField("Name", text: $name, prompt: Text("What should Jarvis call you?"))
        .focused($isNaming)
        .onSubmit { save() }
        .onChange(of: isNaming) { if !isNaming { save() } }
        .onChange(of: profile.name, initial: true) { name = profile.name ?? "" }
      LabeledContent("E-mail") {
        if let email = profile.email { Text(verbatim: email).textSelection(.enabled) } else { Text("Hidden") }
      }
      Picker("Language of Jarvis's Texts", selection: locale) {
        ForEach(Self.languages(with: profile.locale), id: \.self) { tag in
          Text(verbatim: Locale.current.localizedString(forIdentifier: tag) ?? tag).tag(tag)
        }
      }
    }
  }

  private func save() { Task { await model.setName(name) } }

  private var locale: Binding<String> {
    Binding(get: { profile.locale }, set: { tag in Task { await model.setLocale(tag) } })
  }

  /// Those that the server writes, and what is set.
  private static func languages(with present: String) -> [String] {
    let known = ["en", "en-GB", "de", "de-AT", "de-CH"]
    return known.contains(present) ? known : [present] + known
  }
}

private struct DaySection: View {
  let profile: Profile
  let model: SettingsModel

  var body: some View {
    Section {
      NavigationLink {
        TimeZonePicker(chosen: profile.timeZone) { identifier in await model.setTimeZone(identifier) }
      } label: {
        LabeledContent("Time Zone") { Text(verbatim: profile.timeZone.zoneWords) }
      }
      if let other = model.otherZoneOfDevice {
        Button("Use \(other.zoneWords), Where This Device Is", systemImage: "location") { Task { await model.setTimeZone(other) } }
      }
      TimePicker("Day Begins at", time: profile.dayStart) { time in await model.setDayStart(time) }
      Picker("Week Begins on", selection: weekday) {
        ForEach(Weekday.allCases, id: \.self) { day in Text(verbatim: day.words).tag(day) }
      }
    } header: {
      Text("Your Days")
    } footer: {
      Text("What you log before your day begins still counts for the day before. What was logged stays on its days.")
    }
  }

  private var weekday: Binding<Weekday> {
    Binding(get: { profile.firstWeekday }, set: { day in Task { await model.setFirstWeekday(day) } })
  }
}

extension String {
  /// A name of the time zone database as people read it: the city, and how the zone is called.
  fileprivate var zoneWords: String {
    let city = (split(separator: "/").last.map(String.init) ?? self).replacingOccurrences(of: "_", with: " ")
    guard let name = TimeZone(identifier: self)?.localizedName(for: .generic, locale: .current) else { return city }
    return "\(city) (\(name))"
  }
}

private struct TimeZonePicker: View {
  let chosen: String
  let choose: (String) async -> Void
  @State private var sought = ""
  @Environment(\.dismiss) private var dismiss

  var body: some View {
    List {
      ForEach(found, id: \.self) { identifier in
        Button {
          Task { await choose(identifier) }
          dismiss()
        } label: {
          HStack {
            Text(verbatim: identifier.zoneWords).foregroundStyle(Palette.primary)
            Spacer(minLength: Spacing.small)
            if identifier == chosen { Image(systemName: "checkmark").foregroundStyle(Palette.accent) }
          }
          .contentShape(Rectangle())
        }
        .accessibilityAddTraits(identifier == chosen ? .isSelected : [])
      }
    }
    .searchable(text: $sought, prompt: "City")
    .navigationTitle("Time Zone")
  }

  private var found: [String] {
    let all = TimeZone.knownTimeZoneIdentifiers
    guard !sought.isEmpty else { return all }
    return all.filter { $0.zoneWords.localizedStandardContains(sought) || $0.localizedStandardContains(sought) }
  }
}

private struct LookSection: View {
  let profile: Profile
  let model: SettingsModel
  @AppStorage(Appearance.key) private var kept = Appearance.system

  var body: some View {
    Section("Look") {
      Picker("Appearance", selection: appearance) {
        Text("Automatic").tag(Appearance.system)
        Text("Light").tag(Appearance.light)
        Text("Dark").tag(Appearance.dark)
      }
      .onChange(of: profile.settings.appearance, initial: true) { kept = profile.settings.appearance }
      Picker("Units for New Goals", selection: units) {
        Text("Metric").tag(UnitSystem.metric)
        Text("Imperial").tag(UnitSystem.imperial)
      }
    }
  }

  private var appearance: Binding<Appearance> {
    Binding(get: { profile.settings.appearance }, set: { new in Task { await model.setAppearance(new) } })
  }

  private var units: Binding<UnitSystem> {
    Binding(get: { profile.settings.units }, set: { new in Task { await model.setUnits(new) } })
  }
}

extension Appearance {
  /// Where the device keeps what was last known, for windows that open without a network.
  static let key = "appearance"

  /// Nil for as the system is.
  public var colorScheme: ColorScheme? {
    switch self {
    case .light: .light
    case .dark: .dark
    case .system, .unknown: nil
    }
  }
}

/// Signs out, and says before what would be lost.
private struct SignOutButton: View {
  @Environment(AppModel.self) private var app
  @State private var model: SignOutModel?
  private let account: Account

  init(_ account: Account) { self.account = account }

  var body: some View {
    Button("Sign Out", role: .destructive) {
      let asked = model ?? SignOutModel(engine: account.engine) { [app] in await app.signOut() }
      model = asked
      Task { await asked.ask() }
    }
    .disabled(model?.isWorking == true)
    .confirmationDialog("Sign out of Jarvis?", isPresented: isAsked, titleVisibility: .visible, presenting: model?.question) { question in
      switch question {
      case .sure: Button("Sign Out", role: .destructive) { Task { await model?.confirm() } }
      case .wouldLose:
        Button("Send First, Then Sign Out") { Task { await model?.sendFirst() } }
        Button("Sign Out and Lose Them", role: .destructive) { Task { await model?.confirm() } }
      }
    } message: { question in
      switch question {
      case .sure: Text("Your copy on this device is removed. At Jarvis everything stays.")
      case .wouldLose(let unsentCount): Text("\(unsentCount) changes are on this device only. They are lost when you sign out now.")
      }
    }
  }

  private var isAsked: Binding<Bool> {
    Binding(get: { model?.question != nil }, set: { if !$0 { model?.stay() } })
  }
}

/// What this app and its server are.
struct AboutScreen: View {
  @State private var model: QueryModel<ServerInfoValue>

  init(_ account: Account) { _model = State(initialValue: account.parts.serverInfo()) }

  var body: some View {
    Form {
      Section("App") { LabeledContent("Version") { Text(verbatim: Self.version) } }
      Section("Server") {
        switch model.screen {
        case .loading: ProgressView("Loading…")
        case .empty: Text("Not available right now")
        case .failed(let problem): problem.sentence.foregroundStyle(Palette.secondary)
        case .content(let value, _): LabeledContent("Version") { Text(verbatim: value.serverInfo?.version ?? "") }
        }
      }
    }
    .formStyle(.grouped)
    .navigationTitle("About Jarvis")
    .task { await model.open() }
  }

  private static var version: String {
    let info = Bundle.main.infoDictionary ?? [:]
    return "\(info["CFBundleShortVersionString"] as? String ?? "") (\(info["CFBundleVersion"] as? String ?? ""))"
  }
}
