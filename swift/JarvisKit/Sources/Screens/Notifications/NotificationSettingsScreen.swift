import Design
import Features
import Models
import SwiftUI

/// Which notifications the person wants, how, and when not.
public struct NotificationSettingsScreen: View {
  @State private var model: NotificationSettingsModel
  @State private var isAllowed: Bool?

  public init(_ account: Account) { _model = State(initialValue: account.parts.notificationSettings()) }

  public var body: some View {
    ScreenStateView(model.settings.screen, retry: model.settings.refresh) { value in
      if let settings = value.viewer?.notificationSettings {
        form(settings)
      } else {
        EmptyState("Not available right now", symbol: "bell.slash")
      }
    }
    .navigationTitle("Notification Settings")
    .problemAlert(model.work)
    .task { await model.settings.open() }
    .task { isAllowed = await Pushes.areAllowed() }
  }

  private func form(_ settings: NotificationSettings) -> some View {
    Form {
      if isAllowed != true { allowSection }
      ForEach(settings.preferences.filter { $0.kind != .unknown }) { preference in
        Section {
          Toggle("In the App", isOn: on(preference, .inApp))
          Toggle("As a Push", isOn: on(preference, .push)).disabled(!preference.inApp)
          if preference.kind != .digest { Toggle("In the Daily Digest Instead", isOn: on(preference, .digest)).disabled(!preference.inApp) }
        } header: {
          preference.kind.title
        }
      }
      Section("Daily Digest") { TimePicker("Comes at", time: settings.digestTime) { time in await model.setDigestTime(time) } }
      quietHours(settings)
      Section {
        Toggle("Show What They Say", isOn: Binding(get: { settings.pushPreview }, set: { on in Task { await model.setPushPreview(on) } }))
      } header: {
        Text("Pushes")
      } footer: {
        Text("Without this, a push only says that there is something new.")
      }
      testSection
    }
    .formStyle(.grouped)
    .refreshable { await model.settings.refresh() }
  }

  private var allowSection: some View {
    Section {
      if isAllowed == nil {
        Button("Allow Notifications", systemImage: "bell.badge") { Task { isAllowed = await Pushes.ask() } }
      } else {
        Label("This device does not allow them", systemImage: "bell.slash").foregroundStyle(Palette.warning)
      }
    } footer: {
      if isAllowed == false { Text("Allow notifications of Jarvis in the settings of your device.") }
    }
  }

  private func on(_ preference: NotificationSettings.Preference, _ channel: NotificationSettings.Channel) -> Binding<Bool> {
    Binding(get: { preference[channel] }, set: { on in Task { await model.set(preference.kind, channel, on) } })
  }

  private func quietHours(_ settings: NotificationSettings) -> some View {
    Section {
      Toggle("Quiet Hours", isOn: isQuiet(settings))
      if let hours = settings.quietHours {
        TimePicker("From", time: hours.begin) { time in await set(hours, from: time) }
        TimePicker("To", time: hours.end) { time in await set(hours, to: time) }
        ForEach(NotificationKind.allCases.filter { $0 != .unknown }, id: \.self) { kind in
          Toggle(isOn: isException(kind, hours)) { Text("Except: ") + kind.title }
        }
      }
    } footer: {
      Text("What comes in your quiet hours waits in the app, without a push.")
    }
  }

  private func isQuiet(_ settings: NotificationSettings) -> Binding<Bool> {
    Binding(
      get: { settings.quietHours != nil },
      set: { on in
        let usual = NotificationSettings.QuietHours(from: TimeOfDay(minutes: 22 * 60), to: TimeOfDay(minutes: 7 * 60), except: [])
        Task { await model.setQuietHours(on ? usual : nil) }
      })
  }

  private func set(_ hours: NotificationSettings.QuietHours, from: TimeOfDay? = nil, to: TimeOfDay? = nil) async {
    await model.setQuietHours(.init(from: from ?? hours.begin, to: to ?? hours.end, except: hours.exceptions))
  }

  private func isException(_ kind: NotificationKind, _ hours: NotificationSettings.QuietHours) -> Binding<Bool> {
    Binding(
      get: { hours.exceptions.contains(kind) },
      set: { on in
        let kinds = on ? hours.exceptions.union([kind]) : hours.exceptions.subtracting([kind])
        Task { await model.setQuietHours(.init(from: hours.begin, to: hours.end, except: kinds)) }
      })
  }

  private var testSection: some View {
    Section {
      Button("Send a Test", systemImage: "paperplane") { Task { await model.sendTest() } }.disabled(model.isTesting)
      if let devices = model.test?.devices {
        if devices.isEmpty { Text("No device of yours takes pushes.") }
        ForEach(devices.indices, id: \.self) { index in
          Label {
            VStack(alignment: .leading) {
              if let name = devices[index].name { Text(verbatim: name) }
              Text(verbatim: devices[index].explanation).font(Typography.caption).foregroundStyle(Palette.secondary)
            }
          } icon: {
            Image(systemName: devices[index].wasSent ? "checkmark.circle" : "exclamationmark.triangle")
              .foregroundStyle(devices[index].wasSent ? Palette.good : Palette.warning)
          }
          .accessibilityElement(children: .combine)
        }
      }
    } footer: {
      Text("It goes to all of your devices that take pushes.")
    }
    .sensoryFeedback(.success, trigger: model.test)
  }
}

/// A time of the clock that is set when the person has chosen it.
struct TimePicker: View {
  private let title: LocalizedStringKey
  private let time: TimeOfDay
  private let set: (TimeOfDay) async -> Void

  init(_ title: LocalizedStringKey, time: TimeOfDay, set: @escaping (TimeOfDay) async -> Void) {
    self.title = title
    self.time = time
    self.set = set
  }

  var body: some View {
    DatePicker(
      title,
      selection: Binding(
        get: { time.instant(in: .gmt) },
        set: { chosen in
          let new = TimeOfDay(chosen, in: .gmt)
          if new != time { Task { await set(new) } }
        }), displayedComponents: .hourAndMinute
    )
    .environment(\.timeZone, .gmt)
  }
}
