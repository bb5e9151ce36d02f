import Design
import Features
import Models
import SwiftUI

/// What Jarvis noticed in the person's numbers.
struct InsightsView: View {
  @State private var model: InsightsModel
  @Environment(Router.self) private var router

  init(_ account: Account) { _model = State(initialValue: account.parts.insightsModel()) }

  var body: some View {
    ScreenStateView(model.list.screen, retry: { await model.refresh() }) { _ in
      list
    } empty: {
      EmptyState("Nothing noticed yet", symbol: "lightbulb", message: emptyMessage) {
        if model.kind != nil { Button("Show all") { Task { await model.show(nil) } } }
      }
    }
    .toolbar { ToolbarItem(placement: .primaryAction) { kinds } }
    .safeAreaInset(edge: .bottom) { undo }
    .task { await model.open() }
    .refreshable { await model.refresh() }
    .onChange(of: router.refreshRequestCount) { Task { await model.refresh() } }
    .problemAlert(model.work)
  }

  private var emptyMessage: LocalizedStringKey {
    model.kind == nil
      ? "Log for a week or two: Jarvis looks for trends, streaks and risks in your numbers." : "There is nothing of this kind right now."
  }

  private var list: some View {
    List {
      ForEach(model.items) { item in
        InsightRow(item: item)
          .swipeActions { Button("Dismiss", systemImage: "eye.slash") { dismiss(item) }.tint(Palette.calm) }
          .contextMenu { Button("Dismiss", systemImage: "eye.slash") { dismiss(item) } }
          .onAppear { seen(item) }
      }
      if model.list.hasMore {
        Button("Load more") { Task { await model.more() } }
          .disabled(model.list.isLoadingMore)
          .task(id: model.items.count) { await model.more() }
        if let problem = model.list.moreProblem { problem.sentence.font(Typography.detail).foregroundStyle(Palette.warning) }
      }
    }
  }

  private var kinds: some View {
    Menu("Kind", systemImage: "line.3.horizontal.decrease.circle") {
      Button("All kinds") { Task { await model.show(nil) } }
      ForEach(InsightKind.known, id: \.self) { kind in
        Button(kind.title, systemImage: kind.symbol) { Task { await model.show(kind) } }
      }
    }
  }

  @ViewBuilder private var undo: some View {
    if model.dismissed != nil {
      HStack {
        Text("Insight dismissed").font(Typography.detail)
        Spacer(minLength: Spacing.small)
        Button("Undo") { Task { await model.undo() } }.touchTarget()
        Button("Hide", systemImage: "xmark") { model.forgetDismissed() }.labelStyle(.iconOnly).touchTarget()
      }
      .padding(.horizontal, Spacing.medium)
      .background(Palette.card, in: Capsule())
      .padding(Spacing.small)
    }
  }

  private func dismiss(_ item: InsightItem) { Task { await model.dismiss(item) } }
  private func seen(_ item: InsightItem) { Task { await model.saw([item.id]) } }
}

/// An insight with the numbers behind it.
struct InsightRow: View {
  let item: InsightItem
  @State private var showsEvidence = false

  var body: some View {
    VStack(alignment: .leading, spacing: Spacing.small) {
      HStack(alignment: .firstTextBaseline, spacing: Spacing.small) {
        Image(systemName: item.kind.symbol).foregroundStyle(item.kind == .risk ? Palette.warning : Palette.accent).accessibilityHidden(true)
        Text(verbatim: item.title).font(Typography.cardTitle).foregroundStyle(Palette.primary)
      }
      Text(verbatim: item.text).font(Typography.body).foregroundStyle(Palette.primary)
      if !item.evidence.isEmpty {
        DisclosureGroup("The numbers", isExpanded: $showsEvidence) {
          ForEach(Array(item.evidence.enumerated()), id: \.offset) { _, evidence in EvidenceRow(evidence: evidence) }
        }
        .font(Typography.detail)
      }
      ForEach(goals, id: \.id) { goal in
        NavigationLink(value: Route.goal(goal.id)) { Label(goal.title ?? "", systemImage: "target") }.font(Typography.detail)
      }
      HStack(spacing: Spacing.small) {
        Text(verbatim: item.createdAt.formatted(.relative(presentation: .named)))
        if item.origin == .model { Text("Worded by AI") }
      }
      .font(Typography.caption)
      .foregroundStyle(Palette.secondary)
    }
    .padding(.vertical, Spacing.tight)
    .accessibilityElement(children: .contain)
  }

  private var goals: [Named] { (item.goals ?? []).compactMap { $0 } }
}

struct EvidenceRow: View {
  let evidence: InsightItem.Evidence

  var body: some View {
    HStack(alignment: .firstTextBaseline) {
      VStack(alignment: .leading) {
        Text(verbatim: evidence.label)
        if let from = evidence.from, let to = evidence.to, from < to {
          Text(verbatim: (from.noon()..<to.noon()).formatted(date: .abbreviated, time: .omitted))
            .font(Typography.caption).foregroundStyle(Palette.secondary)
        }
      }
      Spacer(minLength: Spacing.small)
      Text(verbatim: evidence.value.shown(unit: evidence.unit)).monospacedDigit()
    }
    .accessibilityElement(children: .combine)
  }
}

extension InsightKind {
  var title: LocalizedStringKey {
    switch self {
    case .progress: "How far you are"
    case .streak: "What you keep up"
    case .trend: "Trends"
    case .correlation: "What goes together"
    case .risk: "Risks"
    case .unknown: "Other"
    }
  }

  /// The name of an SF Symbol.
  var symbol: String {
    switch self {
    case .progress: "chart.bar"
    case .streak: "flame"
    case .trend: "chart.line.uptrend.xyaxis"
    case .correlation: "link"
    case .risk: "exclamationmark.triangle"
    case .unknown: "lightbulb"
    }
  }
}
