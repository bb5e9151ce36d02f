import Design
import Features
import Models
import SwiftUI

extension ResearchStatus {
  var title: LocalizedStringKey {
    switch self {
    case .pending: "To review"
    case .approved: "Approved"
    case .rejected: "Rejected"
    case .integrated: "Made into something"
    case .unknown: "Unknown"
    }
  }

  var symbol: String {
    switch self {
    case .pending: "tray"
    case .approved: "checkmark.circle"
    case .rejected: "xmark.circle"
    case .integrated: "arrow.triangle.branch"
    case .unknown: "questionmark.circle"
    }
  }

  var tint: Color {
    switch self {
    case .pending: Palette.warning
    case .approved: Palette.good
    case .rejected: Palette.bad
    case .integrated: Palette.accent
    case .unknown: Palette.calm
    }
  }

  /// In the order of a review.
  static let shown: [ResearchStatus] = [.pending, .approved, .integrated, .rejected]
}

struct ResearchStatusBadge: View {
  let status: ResearchStatus
  var body: some View { Badge(Text(status.title), symbol: status.symbol, tint: status.tint) }
}

extension ResearchRunState {
  var title: LocalizedStringKey {
    switch self {
    case .queued: "Waiting"
    case .running: "Running"
    case .done: "Done"
    case .failed: "Failed"
    case .cancelled: "Cancelled"
    case .unknown: "Unknown"
    }
  }

  var symbol: String {
    switch self {
    case .queued: "clock"
    case .running: "arrow.triangle.2.circlepath"
    case .done: "checkmark.circle"
    case .failed: "exclamationmark.triangle"
    case .cancelled: "stop.circle"
    case .unknown: "questionmark.circle"
    }
  }

  var tint: Color {
    switch self {
    case .running: Palette.accent
    case .done: Palette.good
    case .failed: Palette.bad
    case .queued, .cancelled, .unknown: Palette.calm
    }
  }
}

extension ResearchStep {
  var title: LocalizedStringKey {
    switch self {
    case .plan: "Choosing what to read"
    case .gather: "Reading"
    case .extract: "Finding statements"
    case .verify: "Checking quotes"
    case .write: "Writing the result"
    case .unknown: "Working"
    }
  }

  var symbol: String {
    switch self {
    case .plan: "list.bullet.clipboard"
    case .gather: "newspaper"
    case .extract: "text.magnifyingglass"
    case .verify: "checkmark.seal"
    case .write: "square.and.pencil"
    case .unknown: "gearshape"
    }
  }
}

extension ResearchStepState {
  var title: LocalizedStringKey {
    switch self {
    case .running: "Running"
    case .done: "Done"
    case .reused: "Taken over"
    case .failed: "Failed"
    case .interrupted: "Begun again"
    case .cancelled: "Cancelled"
    case .unknown: "Unknown"
    }
  }
}

extension ResearchTrigger {
  var title: LocalizedStringKey {
    switch self {
    case .schedule: "By schedule"
    case .manual: "By hand"
    case .retry: "Tried again"
    case .unknown: "Unknown"
    }
  }
}

extension ResearchRunFault {
  /// What the person can do about it; nil when the server's sentence says it all.
  var advice: LocalizedStringKey? {
    switch self {
    case .noSources: "Add addresses to read to this category."
    case .nothingFetched: "Check the addresses of this category, or try again later."
    case .nothingFound: "Say more precisely what to look for, or add other addresses."
    case .time, .interrupted, .internal: "Try it again in a few minutes."
    case .limit: "Wait until tomorrow, or let the schedule look into it less often."
    case .unknown: nil
    }
  }
}

extension ClaimVerdict {
  var title: LocalizedStringKey {
    switch self {
    case .verbatim: "Says exactly this"
    case .supported: "Says this in other spelling"
    case .unverified, .unknown: "Not found in the source"
    }
  }

  var symbol: String {
    switch self {
    case .verbatim: "checkmark.seal.fill"
    case .supported: "checkmark.seal"
    case .unverified, .unknown: "questionmark.diamond"
    }
  }

  var tint: Color {
    switch self {
    case .verbatim, .supported: Palette.good
    case .unverified, .unknown: Palette.warning
    }
  }
}

extension ReviewActor {
  var title: LocalizedStringKey {
    switch self {
    case .user: "You"
    case .apiKey: "One of your API keys"
    case .assistant: "The assistant"
    case .automation: "One of your rules"
    case .system: "Jarvis"
    case .unknown: "Somebody"
    }
  }
}

extension MissedRunPolicy {
  var title: LocalizedStringKey {
    switch self {
    case .skip: "Leave out"
    case .once: "Make up for once"
    case .all: "Make up for all"
    case .unknown: "Unknown"
    }
  }
}

extension ScheduledTime {
  /// Day and time on the wall clock of the schedule.
  var shown: String { "\(localDate.shown), \(localTime)" }
}
