import Design
import Features
import Models
import SwiftUI

/// All that was earned: how often each, then one by one.
struct AchievementsView: View {
  @State private var model: QueryModel<AchievementsValue>
  @Environment(Router.self) private var router

  init(_ account: Account) { _model = State(initialValue: account.parts.achievements()) }

  var body: some View {
    ScreenStateView(model.screen, retry: { await model.refresh() }) { value in
      List {
        Section("Collection") {
          TileGrid {
            ForEach(value.counts, id: \.name) { each in AchievementTile(name: each.name, count: each.count) }
          }
          .listRowBackground(Color.clear)
        }
        Section("One by one") {
          ForEach(value.nodes) { AchievementRow(achievement: $0) }
          if model.hasMore {
            Button("Load more") { Task { await model.more() } }
              .disabled(model.isLoadingMore)
              .task(id: value.nodes.count) { await model.more() }
            if let problem = model.moreProblem { problem.sentence.font(Typography.detail).foregroundStyle(Palette.warning) }
          }
        }
      }
    } empty: {
      EmptyState("Nothing earned yet", symbol: "trophy", message: "The first one comes with your first entry.") {
        Button("Log Progress…") { router.sheet = .logProgress(goal: nil) }.buttonStyle(.borderedProminent)
      }
    }
    .task { await model.open() }
    .refreshable { await model.refresh() }
    .onChange(of: router.refreshRequestCount) { Task { await model.refresh() } }
  }
}

/// One kind of achievement: grey until it is earned.
struct AchievementTile: View {
  let name: AchievementName
  let count: Int

  var body: some View {
    VStack(spacing: Spacing.tight) {
      Image(systemName: name.symbol).font(Typography.figure).foregroundStyle(count > 0 ? Palette.warning : Palette.calm)
        .accessibilityHidden(true)
      name.text.font(Typography.detail).foregroundStyle(count > 0 ? Palette.primary : Palette.secondary).multilineTextAlignment(.center)
      if count > 0 {
        Text("\(count) times").font(Typography.caption).foregroundStyle(Palette.secondary)
      } else {
        Text("Not yet").font(Typography.caption).foregroundStyle(Palette.secondary)
      }
    }
    .frame(maxWidth: .infinity)
    .card()
    .accessibilityElement(children: .combine)
  }
}

struct AchievementRow: View {
  let achievement: Achievement

  var body: some View {
    if let goal = achievement.goal {
      NavigationLink(value: Route.goal(goal.id)) { label }.buttonStyle(.plain)
    } else {
      label
    }
  }

  private var label: some View {
    Label {
      VStack(alignment: .leading, spacing: Spacing.tight) {
        achievement.name.text.font(Typography.body).foregroundStyle(Palette.primary)
        if let title = achievement.goal?.title { Text(verbatim: title).font(Typography.detail).foregroundStyle(Palette.secondary) }
        Text(verbatim: achievement.localDate.noon().formatted(date: .abbreviated, time: .omitted))
          .font(Typography.caption).foregroundStyle(Palette.secondary)
      }
    } icon: {
      Image(systemName: achievement.name.symbol).foregroundStyle(Palette.warning)
    }
    .frame(minHeight: Spacing.touch)
    .accessibilityElement(children: .combine)
  }
}
