import Design
import DeviceData
import Features
import SwiftUI

/// How the apps name what a device sends, and say how that stands.
extension DeviceProvider {
  var title: LocalizedStringKey {
    switch self {
    case .health: "Apple Health"
    case .calendar: "Calendars"
    case .reminders: "Reminders"
    }
  }

  var symbol: String {
    switch self {
    case .health: "heart.fill"
    case .calendar: "calendar"
    case .reminders: "checklist"
    }
  }

  /// What it is good for.
  var purpose: LocalizedStringKey {
    switch self {
    case .health: "Steps, sleep, weight and more count towards your goals by themselves."
    case .calendar: "Jarvis sees when you are busy, and plans around it."
    case .reminders: "What you tick off in Reminders counts towards your goals."
    }
  }

  /// What exactly is sent.
  var reads: LocalizedStringKey {
    switch self {
    case .health: "Jarvis reads what you allow on the next page, from a year ago until now. It writes nothing to Health."
    case .calendar: "Jarvis reads titles, places and times of your appointments: 30 days back and 180 ahead. It changes nothing."
    case .reminders: "Jarvis reads titles, due dates and what you completed in the last 30 days. It changes nothing."
    }
  }

  /// What is not, or who does not get it.
  var omits: LocalizedStringKey {
    switch self {
    case .health: "Measurements go to your Jarvis server. The assistant sees them only when you ask about them."
    case .calendar: "Who else is invited, notes and attachments are not read."
    case .reminders: "Notes, tags and places of reminders are not read."
    }
  }

  /// What the person decides.
  var control: LocalizedStringKey {
    switch self {
    case .health: "You can switch kinds off at any time in the Health app, under Sharing."
    case .calendar: "You choose which calendars are sent before anything is."
    case .reminders: "You choose which lists are sent before anything is."
    }
  }

  /// What disconnecting does.
  var farewell: LocalizedStringKey {
    switch self {
    case .health: "All measurements that this device sent are deleted on your server. Goals that count them lose these values."
    case .calendar: "All appointments that this device sent are deleted on your server. Your calendars stay as they are."
    case .reminders: "All reminders that this device sent are deleted on your server. Your lists stay as they are."
    }
  }

  var listsTitle: LocalizedStringKey { self == .reminders ? "Lists" : "Calendars" }
}

extension HealthKind.Group {
  var title: LocalizedStringKey {
    switch self {
    case .activity: "Activity: steps, distances, energy, exercise, daylight"
    case .heart: "Heart and breathing: pulse, variability, blood pressure, oxygen"
    case .sleep: "Sleep: when and how long"
    case .mind: "Mindful minutes"
    case .body: "Body: weight, height, temperature, blood sugar"
    case .nutrition: "Nutrition: energy, protein, sugar, water, caffeine"
    }
  }

  var symbol: String {
    switch self {
    case .activity: "figure.walk"
    case .heart: "waveform.path.ecg"
    case .sleep: "bed.double"
    case .mind: "brain.head.profile"
    case .body: "scalemass"
    case .nutrition: "fork.knife"
    }
  }
}

extension DeviceProblem {
  /// What is so, and what to do about it.
  var sentence: Text {
    switch self {
    case .noAccess: Text("Jarvis may not read this any more. Allow it in the system's settings.")
    case .locked: Text("This can be read when the device is unlocked.")
    case .offline: Text("You are offline. It is sent as soon as you are back.")
    case .signedOut: Text("You are signed out. Sign in again to go on.")
    case .busy: Text("The server is busy. Jarvis tries again by itself.")
    case .paused: Text("Paused on another device.")
    case .gone: Text("Disconnected on another device.")
    case .refused(let message): Text(verbatim: message)
    case .outdated: Text("Something does not fit together. An update of the app may help.")
    }
  }

  var tint: Color { passes ? Palette.secondary : Palette.warning }
}

extension DeviceConnections.Row {
  /// How it stands, in one sentence.
  var standing: Text {
    if permission == .unavailable { return Text("Not available on this device") }
    if isSyncing { return Text("Sending…") }
    if state.connection == nil {
      switch permission {
      case .denied: return Text("Not allowed in the system's settings")
      case .restricted: return Text("Not allowed by this device's restrictions")
      default: return Text("Not connected")
      }
    }
    if state.isPaused { return Text("Paused") }
    if let problem = state.problem { return problem.sentence }
    guard let at = state.succeededAt else { return Text("Connected, nothing sent yet") }
    return Text("Last sent \(at.formatted(.relative(presentation: .named)))")
  }

  var tint: Color {
    if state.connection != nil, !state.isPaused, let problem = state.problem { return problem.tint }
    return Palette.secondary
  }

  /// Whether the person may still be asked, or has allowed it.
  var canConnect: Bool { permission == .notAsked || permission == .addOnly || permission.allowsReading }
}

extension HealthKind {
  /// HealthKit's name of a kind in words: `stepCount` is "step count". What has no translation there has none here.
  static func words(_ type: String) -> String {
    type.replacing(/[A-Z]+/) { " " + String($0.output) }.lowercased()
  }
}
