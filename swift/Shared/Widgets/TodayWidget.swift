import AppIntents
import AppleDevice
import Features
import Models
import SwiftUI
import WidgetKit

/// Which goals a widget shows.
struct TodayConfiguration: WidgetConfigurationIntent {
  static let title: LocalizedStringResource = "Goals of today"
  static let description: IntentDescription? = IntentDescription("Shows what is due, and logs with one tap.")

  @Parameter(title: "Goals", description: "Leave it empty for those that are due first.") var goals: [GoalEntity]?
}

/// A moment of the widget.
struct TodayWidgetEntry: TimelineEntry {
  let today: TodayEntry
  var date: Date { today.date }
  var relevance: TimelineEntryRelevance? { TimelineEntryRelevance(score: Float(today.relevance)) }
}

/// Reads the copy that the app keeps in the folder of the app group: without a network, and while the app does not run.
struct TodayProvider: AppIntentTimelineProvider {
  @AppDependency private var context: IntentContext

  func placeholder(in context: Context) -> TodayWidgetEntry {
    let titles = [String(localized: "Run 500 km"), String(localized: "Meditate"), String(localized: "Read a book a month")]
    return TodayWidgetEntry(today: TodayTimeline.example(at: Date(), titles: titles))
  }

  func snapshot(for configuration: TodayConfiguration, in context: Context) async -> TodayWidgetEntry {
    if context.isPreview { return placeholder(in: context) }
    return await read(configuration, context).entries.first.map(TodayWidgetEntry.init) ?? placeholder(in: context)
  }

  func timeline(for configuration: TodayConfiguration, in context: Context) async -> Timeline<TodayWidgetEntry> {
    let today = await read(configuration, context)
    return Timeline(entries: today.entries.map(TodayWidgetEntry.init), policy: .after(today.reloadAfter))
  }

  private func read(_ configuration: TodayConfiguration, _ place: Context) async -> TodayTimeline {
    guard let account = try? await context.account() else { return .signedOut(at: Date()) }
    let reader = TodayReader(engine: account.engine, day: account.clock.day)
    return await reader.timeline(limit: place.family.room, of: configuration.goals?.map(\.objectID) ?? [])
  }
}

extension WidgetFamily {
  /// How many goals there is room for.
  fileprivate var room: Int {
    switch self {
    case .systemMedium: 3
    case .systemLarge, .systemExtraLarge: 7
    case .systemSmall, .accessoryRectangular: 2
    default: 1
    }
  }
}

/// Today's goals, with a button that logs what is usual.
struct TodayWidget: Widget {
  static let kind = "today"

  var body: some WidgetConfiguration {
    AppIntentConfiguration(kind: Self.kind, intent: TodayConfiguration.self, provider: TodayProvider()) { entry in
      TodayWidgetView(today: entry.today)
    }
    .configurationDisplayName("Goals of today")
    .description("Shows what is due, and logs with one tap.")
    .supportedFamilies(Self.families)
  }

  private static var families: [WidgetFamily] {
    #if os(iOS)
      [.systemSmall, .systemMedium, .systemLarge, .accessoryRectangular, .accessoryCircular, .accessoryInline]
    #else
      [.systemSmall, .systemMedium, .systemLarge]
    #endif
  }
}

/// What a process of widgets has intents and timelines work with.
enum WidgetProcess {
  static func begin() {
    let context = IntentContext(Composition())
    AppDependencyManager.shared.add(dependency: context)
  }
}
