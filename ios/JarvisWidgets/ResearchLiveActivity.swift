import AppleDevice
import Design
import Features
import Models
import SwiftUI
import WidgetKit

/// A run of research on the Lock Screen and in the Dynamic Island.
struct ResearchLiveActivity: Widget {
  var body: some WidgetConfiguration {
    ActivityConfiguration(for: ResearchActivityAttributes.self) { context in
      LockScreenResearch(name: context.attributes.activity.categoryName, state: context.state, isStale: context.isStale)
        .activityBackgroundTint(Palette.card)
        .widgetURL(link)
    } dynamicIsland: { context in
      DynamicIsland {
        DynamicIslandExpandedRegion(.leading) { PhaseSymbol(state: context.state).padding(.leading, Spacing.small) }
        DynamicIslandExpandedRegion(.trailing) {
          Text(verbatim: percentText(context.state.fraction * 100)).font(Typography.number).padding(.trailing, Spacing.small)
        }
        DynamicIslandExpandedRegion(.center) {
          Text(verbatim: context.attributes.activity.categoryName).font(Typography.cardTitle).lineLimit(1)
        }
        DynamicIslandExpandedRegion(.bottom) { ResearchProgress(state: context.state, isStale: context.isStale) }
      } compactLeading: {
        PhaseSymbol(state: context.state)
      } compactTrailing: {
        Text(verbatim: percentText(context.state.fraction * 100)).monospacedDigit()
      } minimal: {
        PhaseSymbol(state: context.state)
      }
      .widgetURL(link)
      .keylineTint(Palette.accent)
    }
  }

  /// Where the person sees what was found.
  private var link: URL? { Route.place(.research).link }
}

struct LockScreenResearch: View {
  let name: String
  let state: ResearchActivityState
  let isStale: Bool

  var body: some View {
    VStack(alignment: .leading, spacing: Spacing.small) {
      HStack(alignment: .firstTextBaseline) {
        PhaseSymbol(state: state)
        Text("Looking into \(name)").font(Typography.cardTitle).lineLimit(2)
      }
      ResearchProgress(state: state, isStale: isStale)
    }
    .padding(Spacing.medium)
    .accessibilityElement(children: .combine)
  }
}

/// How far it is: a line and words, so that the line is not needed.
struct ResearchProgress: View {
  let state: ResearchActivityState
  let isStale: Bool

  var body: some View {
    VStack(alignment: .leading, spacing: Spacing.tight) {
      ProgressView(value: state.fraction).tint(state.tint)
        .accessibilityLabel("Progress").accessibilityValue(Text(verbatim: percentText(state.fraction * 100)))
      if isStale, !state.isOver {
        Text("Open Jarvis to see how it stands.").font(Typography.caption).foregroundStyle(Palette.secondary)
      } else {
        HStack(alignment: .firstTextBaseline) {
          Text(state.title).font(Typography.detail)
          Spacer(minLength: Spacing.small)
          if state.fetched > 0 {
            Text("\(state.fetched.formatted()) read, \(state.claims.formatted()) statements").font(Typography.caption)
              .foregroundStyle(Palette.secondary)
          }
        }
      }
    }
    .accessibilityElement(children: .combine)
  }
}

struct PhaseSymbol: View {
  let state: ResearchActivityState

  var body: some View {
    Image(systemName: state.symbol).foregroundStyle(state.tint).accessibilityLabel(Text(state.title))
  }
}

extension ResearchActivityState {
  var title: LocalizedStringKey {
    switch phase {
    case .waiting: "Waiting"
    case .plan: "Choosing what to read"
    case .gather: "Reading"
    case .extract: "Finding statements"
    case .verify: "Checking quotes"
    case .write: "Writing the result"
    case .done: "Done"
    case .failed: "Failed"
    case .cancelled: "Cancelled"
    }
  }

  var symbol: String {
    switch phase {
    case .waiting: "clock"
    case .plan: "list.bullet.clipboard"
    case .gather: "newspaper"
    case .extract: "text.magnifyingglass"
    case .verify: "checkmark.seal"
    case .write: "square.and.pencil"
    case .done: "checkmark.circle"
    case .failed: "exclamationmark.triangle"
    case .cancelled: "stop.circle"
    }
  }

  var tint: Color {
    switch phase {
    case .done: Palette.good
    case .failed: Palette.bad
    case .waiting, .cancelled: Palette.calm
    default: Palette.accent
    }
  }
}
