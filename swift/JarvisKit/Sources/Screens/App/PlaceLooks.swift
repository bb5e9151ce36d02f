import Features
import SwiftUI

extension Place {
  public var title: LocalizedStringKey {
    switch self {
    case .dashboard: "Dashboard"
    case .chat: "Chat"
    case .lifeAreas: "Life Areas"
    case .progress: "Progress"
    case .research: "Research"
    case .automations: "Automations"
    case .notifications: "Notifications"
    case .settings: "Settings"
    }
  }

  /// Of SF Symbols.
  public var symbol: String {
    switch self {
    case .dashboard: "sun.max"
    case .chat: "bubble.left.and.bubble.right"
    case .lifeAreas: "square.grid.2x2"
    case .progress: "chart.line.uptrend.xyaxis"
    case .research: "text.magnifyingglass"
    case .automations: "bolt.badge.clock"
    case .notifications: "bell"
    case .settings: "gearshape"
    }
  }
}
