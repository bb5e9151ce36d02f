import DeviceData
import SwiftUI

#if canImport(UIKit)
  import UIKit
#endif

/// Leads to where the system has what the person allows.
struct SystemSettingsButton: View {
  let provider: DeviceProvider
  @Environment(\.openURL) private var openURL

  var body: some View {
    if let url { Button("Open Settings", systemImage: "gear") { openURL(url) } }
  }

  private var url: URL? {
    #if canImport(UIKit)
      URL(string: UIApplication.openSettingsURLString)
    #else
      URL(string: "x-apple.systempreferences:com.apple.preference.security?\(pane)")
    #endif
  }

  #if !canImport(UIKit)
    private var pane: String { provider == .reminders ? "Privacy_Reminders" : "Privacy_Calendars" }
  #endif
}
