import Design
import Features
import SwiftUI

/// The goals, and how things have gone: a stretch of days in review, what Jarvis noticed, what goes together, what was earned.
public struct ProgressPlaceView: View {
  enum Part: String, CaseIterable, Identifiable {
    case goals, review, insights, links, achievements

    var id: Self { self }
    var title: LocalizedStringKey {
      switch self {
      case .goals: "Goals"
      case .review: "Review"
      case .insights: "Insights"
      case .links: "Patterns"
      case .achievements: "Achievements"
      }
    }
  }

  @SceneStorage("progress.part") private var part = Part.goals
  private let account: Account

  public init(_ account: Account) { self.account = account }

  public var body: some View {
    Group {
      switch part {
      case .goals: GoalsView(engine: account.engine, day: account.clock.day)
      case .review: ReviewView(account)
      case .insights: InsightsView(account)
      case .links: CorrelationsView(account)
      case .achievements: AchievementsView(account)
      }
    }
    .safeAreaInset(edge: .top, spacing: 0) { picker }
    .cardGround()
    .navigationTitle("Progress")
  }

  private var picker: some View {
    ViewThatFits(in: .horizontal) {
      choice.pickerStyle(.segmented)
      choice.pickerStyle(.menu)
    }
    .labelsHidden()
    .padding(.horizontal, Spacing.medium)
    .padding(.vertical, Spacing.small)
    .frame(maxWidth: .infinity)
    .background(Palette.background)
  }

  private var choice: some View {
    Picker("Show", selection: $part) { ForEach(Part.allCases) { Text($0.title).tag($0) } }
  }
}
