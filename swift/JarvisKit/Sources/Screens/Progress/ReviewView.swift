import Charts
import Design
import Features
import Models
import SwiftUI

/// A week, month, quarter or year in review.
struct ReviewView: View {
  @State private var model: ReviewModel
  @Environment(Router.self) private var router
  @Environment(AppModel.self) private var app

  init(_ account: Account) {
    let firstWeekday = Calendar.current.firstWeekday
    _model = State(initialValue: account.parts.reviewModel(firstWeekday: firstWeekday) { account.clock.day })
  }

  var body: some View {
    ScreenStateView(model.screen, retry: { await model.refresh() }) { review in
      ScrollView {
        VStack(alignment: .leading, spacing: Spacing.large) {
          ReviewTiles(review: review)
          if !review.rows.isEmpty {
            SectionHeader("Your goals")
            ForEach(review.rows) { ReviewRowView(row: $0, days: model.period.first...model.period.last) }
          }
          if !review.earned.isEmpty {
            SectionHeader("Earned")
            ForEach(review.earned) { AchievementRow(achievement: $0).card() }
          }
        }
        .padding(Spacing.medium)
        .frame(maxWidth: Spacing.column)
        .frame(maxWidth: .infinity)
      }
    } empty: {
      EmptyState("Nothing was logged", symbol: "calendar", message: "What you log shows up here, compared with the time before.") {
        if model.isCurrent { Button("Log Progress…") { router.sheet = .logProgress(goal: nil) }.buttonStyle(.borderedProminent) }
      }
    }
    .safeAreaInset(edge: .bottom, spacing: 0) { PeriodBar(model: model) }
    .task { await model.open() }
    .refreshable { await model.refresh() }
    .onChange(of: router.refreshRequestCount) { Task { await model.refresh() } }
    .onChange(of: app.newsCounts[.progressUpdated]) { Task { await model.refresh() } }
  }
}

/// Which time is shown, and the ways to others.
struct PeriodBar: View {
  let model: ReviewModel

  var body: some View {
    HStack(spacing: Spacing.small) {
      Button("Earlier", systemImage: "chevron.left") { Task { await model.goBack() } }.labelStyle(.iconOnly).touchTarget()
      Spacer(minLength: 0)
      Menu {
        ForEach(ReviewPeriod.Length.allCases) { length in
          Button(length.title) { Task { await model.choose(length) } }
        }
      } label: {
        VStack {
          Text(model.period.length.title).font(Typography.cardTitle)
          Text(verbatim: dates).font(Typography.caption).foregroundStyle(Palette.secondary)
        }
        .frame(minHeight: Spacing.touch)
      }
      Spacer(minLength: 0)
      Button("Later", systemImage: "chevron.right") { Task { await model.goForward() } }.labelStyle(.iconOnly).touchTarget()
        .disabled(!model.canGoForward)
    }
    .padding(.horizontal, Spacing.medium)
    .padding(.vertical, Spacing.tight)
    .background(Palette.card)
  }

  private var dates: String {
    (model.period.first.noon()..<model.period.last.noon()).formatted(date: .abbreviated, time: .omitted)
  }
}

extension ReviewPeriod.Length {
  var title: LocalizedStringKey {
    switch self {
    case .week: "Week"
    case .month: "Month"
    case .quarter: "Quarter"
    case .year: "Year"
    }
  }
}

struct ReviewTiles: View {
  let review: Review

  var body: some View {
    TileGrid {
      StatTile("Entries", value: review.entryCount.formatted(), symbol: "square.and.pencil")
      if let days = review.activeDayCount { StatTile("Active days", value: days.formatted(), symbol: "calendar", tint: Palette.good) }
      StatTile("Better than before", value: review.betterCount.formatted(), symbol: "arrow.up.right", tint: Palette.good)
      StatTile("Worse than before", value: review.worseCount.formatted(), symbol: "arrow.down.right", tint: Palette.warning)
      if review.skippedDayCount > 0 {
        StatTile("Skipped days", value: review.skippedDayCount.formatted(), symbol: "forward", tint: Palette.calm)
      }
      if !review.earned.isEmpty { StatTile("Earned", value: review.earned.count.formatted(), symbol: "trophy", tint: Palette.warning) }
    }
  }
}
