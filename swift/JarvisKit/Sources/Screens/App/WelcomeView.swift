import Design
import Features
import SwiftUI
import UserNotifications

/// What a person sees once on a device: what Jarvis keeps here, and what it would like to be allowed. Nothing is asked before its button
/// is tapped, and all of it can be changed in the settings.
struct WelcomeView: View {
  let done: () async -> Void
  @State private var asked = false
  @Environment(\.dismiss) private var dismiss

  var body: some View {
    ScrollView {
      VStack(alignment: .leading, spacing: Spacing.large) {
        Text("Welcome to Jarvis").font(.largeTitle).bold().accessibilityAddTraits(.isHeader)
        point(
          "checkmark.icloud", "Works without a network",
          "Your goals are on this device. What you log is sent when there is a network again.")
        point(
          "hand.raised", "You decide what is sent",
          "Health data, appointments and reminders stay on this device until you connect them in the settings.")
        point(
          "sparkles", "The assistant asks first",
          "Before you use it, you see which model answers and what it is told. It changes nothing without your approval.")
        point("bell.badge", "Told when it matters", "Reminders come at the times you choose, and stay away in your quiet hours.")
        Button(asked ? "Thanks" : "Allow Notifications", systemImage: asked ? "checkmark" : "bell") {
          Task {
            await Pushes.ask()
            asked = true
          }
        }
        .buttonStyle(.bordered)
        .disabled(asked)
        Button("Get Started") {
          Task {
            await done()
            dismiss()
          }
        }
        .buttonStyle(.borderedProminent)
        .keyboardShortcut(.defaultAction)
      }
      .controlSize(.large)
      .padding(Spacing.large)
      .frame(maxWidth: 560, alignment: .leading)
    }
    .interactiveDismissDisabled()
    .sensoryFeedback(.success, trigger: asked)
  }

  private func point(_ symbol: String, _ title: LocalizedStringKey, _ text: LocalizedStringKey) -> some View {
    Label {
      VStack(alignment: .leading, spacing: Spacing.small) {
        Text(title).font(.headline)
        Text(text).foregroundStyle(.secondary)
      }
    } icon: {
      Image(systemName: symbol).foregroundStyle(.tint)
    }
    .accessibilityElement(children: .combine)
  }
}

/// The system's question about notifications.
public enum Pushes {
  /// Asks, once; afterwards the system answers by itself.
  /// - Returns: whether the person allows them.
  @discardableResult
  public static func ask() async -> Bool {
    (try? await UNUserNotificationCenter.current().requestAuthorization(options: [.alert, .badge, .sound])) ?? false
  }

  /// Whether the person allows them; nil while they were not asked.
  public static func areAllowed() async -> Bool? {
    switch await UNUserNotificationCenter.current().notificationSettings().authorizationStatus {
    case .notDetermined: nil
    case .denied: false
    default: true
    }
  }
}
