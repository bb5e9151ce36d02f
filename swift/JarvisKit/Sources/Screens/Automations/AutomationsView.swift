import Design
import Features
import Models
import SwiftUI

/// The person's rules.
public struct AutomationsView: View {
  @State private var model: AutomationsModel
  @State private var editor: AutomationRuleEditor?
  @State private var deleted: AutomationRuleRow?

  public init(_ model: AutomationsModel) { _model = State(initialValue: model) }

  public var body: some View {
    ScreenStateView(model.list.screen, retry: model.list.refresh) { value in
      List {
        ForEach(value.viewer?.automationRules?.nodes ?? []) { row($0) }
        NextPageRow(model: model.list)
      }
      .refreshable { await model.list.refresh() }
    } empty: {
      EmptyState(
        "No rules yet", symbol: "bolt.badge.clock",
        message: "A rule does something by itself: when a goal falls behind, tell you; each Sunday, ask the assistant for a look back."
      ) {
        Button("New Rule") { editor = model.newRule() }.buttonStyle(.borderedProminent)
      }
    }
    .navigationTitle("Automations")
    .toolbar {
      ToolbarItem(placement: .primaryAction) { Button("New Rule", systemImage: "plus") { editor = model.newRule() } }
    }
    .task { await model.list.open() }
    .sheet(item: $editor) { AutomationRuleForm($0) }
    .confirmationDialog("Delete this rule?", isPresented: isDeleting, titleVisibility: .visible, presenting: deleted) { rule in
      Button("Delete", role: .destructive) { Task { await model.delete(rule) } }
    } message: { _ in
      Text("It goes with the record of its runs. This cannot be undone.")
    }
    .problemAlert(model.work)
    .sensoryFeedback(.success, trigger: model.begun)
  }

  private var isDeleting: Binding<Bool> { Binding(get: { deleted != nil }, set: { if !$0 { deleted = nil } }) }

  private func row(_ rule: AutomationRuleRow) -> some View {
    NavigationLink {
      Later { AutomationRuleView(model.rule(rule.id)) }
    } label: {
      AutomationRuleCell(rule: rule)
    }
    .disabled(model.work.subjects.contains(rule.id))
    .swipeActions(edge: .leading) {
      Button("Run Now", systemImage: "play") { Task { await model.run(rule) } }.tint(Palette.accent)
    }
    .swipeActions(edge: .trailing, allowsFullSwipe: false) {
      Button("Delete", systemImage: "trash", role: .destructive) { deleted = rule }
      activeButton(rule).tint(Palette.warning)
    }
    .contextMenu {
      Button("Run Now", systemImage: "play") { Task { await model.run(rule) } }
      activeButton(rule)
      Button("Delete", systemImage: "trash", role: .destructive) { deleted = rule }
    }
  }

  @ViewBuilder private func activeButton(_ rule: AutomationRuleRow) -> some View {
    if rule.active {
      Button("Switch Off", systemImage: "pause") { Task { await model.setActive(rule, false) } }
    } else {
      Button("Switch On", systemImage: "play.circle") { Task { await model.setActive(rule, true) } }
    }
  }
}

struct AutomationRuleCell: View {
  let rule: AutomationRuleRow

  var body: some View {
    VStack(alignment: .leading, spacing: Spacing.tight) {
      HStack(alignment: .firstTextBaseline) {
        Text(verbatim: rule.name).font(Typography.cardTitle).foregroundStyle(rule.active ? Palette.primary : Palette.secondary)
        Spacer(minLength: Spacing.small)
        if !rule.active { Badge(Text("Off"), symbol: "pause") }
      }
      if let description = rule.description, !description.isEmpty {
        Text(verbatim: description).font(Typography.detail).foregroundStyle(Palette.secondary).lineLimit(2)
      }
      if let reason = rule.disabledReason {
        Label {
          Text(verbatim: reason)
        } icon: {
          Image(systemName: "exclamationmark.triangle")
        }
        .font(Typography.caption).foregroundStyle(Palette.bad)
      } else if let next = rule.nextRunAt {
        Text("Next: \(next.formatted(date: .abbreviated, time: .shortened))").font(Typography.caption).foregroundStyle(Palette.secondary)
      }
      if let run = rule.lastRun { AutomationRunLine(run: run) }
    }
    .padding(.vertical, Spacing.tight)
    .accessibilityElement(children: .combine)
  }
}

/// How a run stands, and when it was, in one line.
struct AutomationRunLine: View {
  let run: AutomationRunRow

  var body: some View {
    HStack(alignment: .firstTextBaseline) {
      Label(run.state.title, systemImage: run.state.symbol).foregroundStyle(run.state.tint)
      Spacer(minLength: Spacing.small)
      Text(verbatim: run.createdAt.formatted(.relative(presentation: .named))).foregroundStyle(Palette.secondary)
    }
    .font(Typography.caption)
  }
}

/// One rule: what sets it off, what must hold, what it does, and its runs.
public struct AutomationRuleView: View {
  @State private var model: AutomationRuleModel
  @State private var editor: AutomationRuleEditor?
  @State private var deletes = false
  @State private var tries = false
  @State private var runs = false
  @Environment(\.dismiss) private var dismiss

  public init(_ model: AutomationRuleModel) { _model = State(initialValue: model) }

  public var body: some View {
    ScreenStateView(model.query.screen, retry: model.query.refresh) { value in
      if let rule = value.node { content(rule) }
    } empty: {
      EmptyState("This rule is not there any more", symbol: "trash", message: "It was deleted, perhaps on another device.")
    }
    .navigationTitle(model.rule.map { Text(verbatim: $0.name) } ?? Text("Rule"))
    .task { await model.query.open() }
    .onChange(of: model.isDeleted) { if model.isDeleted { dismiss() } }
    .sheet(item: $editor) { AutomationRuleForm($0) }
    .sheet(isPresented: $tries) { AutomationTrialView(trial: model.trial) }
    .confirmationDialog("Delete this rule?", isPresented: $deletes, titleVisibility: .visible) {
      Button("Delete", role: .destructive) { Task { await model.delete() } }
    } message: {
      Text("It goes with the record of its runs. This cannot be undone.")
    }
    .confirmationDialog("Run this rule now?", isPresented: $runs, titleVisibility: .visible) {
      Button("Run Now") { Task { await model.run() } }
    } message: {
      Text("What it does is done for real, if its conditions hold.")
    }
    .problemAlert(model.work)
    .sensoryFeedback(.success, trigger: model.begun)
  }

  private var isBusy: Bool { model.work.subjects.contains(model.id) }

  private func content(_ rule: AutomationRuleValue.Rule) -> some View {
    List {
      Section {
        if let description = rule.description, !description.isEmpty { Text(verbatim: description) }
        Toggle("Switched on", isOn: Binding(get: { rule.active }, set: { active in Task { await model.setActive(active) } })).disabled(
          isBusy)
        if let reason = rule.disabledReason {
          Text(verbatim: reason).font(Typography.detail).foregroundStyle(Palette.bad)
        }
        if let next = rule.nextRunAt {
          LabeledContent("Next", value: next.formatted(date: .abbreviated, time: .shortened))
        }
        if !rule.isKnown {
          Label(
            "This rule has parts that this version of the app does not know. Update the app to change it.", systemImage: "arrow.down.app"
          )
          .font(Typography.detail).foregroundStyle(Palette.warning)
        }
      }
      Section("When one of these happens") {
        ForEach(Array(rule.triggers.enumerated()), id: \.offset) { _, trigger in
          PartRow(title: trigger.words, detail: trigger.detail, symbol: trigger.symbol)
        }
      }
      if !rule.conditions.isEmpty {
        Section("And all of this holds") {
          ForEach(Array(rule.conditions.enumerated()), id: \.offset) { _, condition in
            PartRow(title: condition.words, detail: nil, symbol: condition.symbol)
          }
        }
      }
      Section("Then, in this order") {
        ForEach(Array(rule.actions.enumerated()), id: \.offset) { _, action in
          PartRow(title: Text(action.kind.title), detail: action.detail, symbol: action.kind.symbol)
        }
      }
      Section("While an earlier run is under way") {
        Text(rule.mode.title)
        if rule.mode.takesSeveral { LabeledContent("At most at once", value: rule.maxRuns.formatted()) }
      }
      Section {
        Button("Run Now…", systemImage: "play") { runs = true }.disabled(isBusy)
        Button("What Would It Do Now?", systemImage: "eye") {
          tries = true
          Task { await model.tryOut() }
        }
        Button("What Would It Have Done?", systemImage: "clock.arrow.circlepath") {
          tries = true
          Task { await model.simulate() }
        }
      } footer: {
        Text("Trying a rule does nothing; it only shows what would be done.")
      }
      Section("Runs") {
        let nodes = rule.runs?.nodes ?? []
        if nodes.isEmpty { Text("It has not run yet.").foregroundStyle(Palette.secondary) }
        ForEach(nodes) { run in
          NavigationLink {
            Later { AutomationRunView(model.run(run.id)) }
          } label: {
            AutomationRunCell(run: run)
          }
        }
        NextPageRow(model: model.query)
      }
    }
    .refreshable { await model.query.refresh() }
    .toolbar {
      ToolbarItem(placement: .primaryAction) {
        Button("Edit", systemImage: "pencil") { editor = model.editor() }.disabled(isBusy || !rule.isKnown)
      }
      ToolbarItem(placement: .secondaryAction) {
        Button("Delete", systemImage: "trash", role: .destructive) { deletes = true }.disabled(isBusy)
      }
    }
  }
}

/// One part of a rule in words.
struct PartRow: View {
  let title: Text
  let detail: String?
  let symbol: String

  var body: some View {
    Label {
      VStack(alignment: .leading, spacing: Spacing.tight) {
        title
        if let detail { Text(verbatim: detail).font(Typography.caption).foregroundStyle(Palette.secondary).lineLimit(6) }
      }
    } icon: {
      Image(systemName: symbol)
    }
    .accessibilityElement(children: .combine)
  }
}

struct AutomationRunCell: View {
  let run: AutomationRunRow

  var body: some View {
    VStack(alignment: .leading, spacing: Spacing.tight) {
      Text(run.trigger.title)
      if let event = run.event { Text(verbatim: event).font(Typography.caption).foregroundStyle(Palette.secondary) }
      if let reason = run.reason { Text(reason.sentence).font(Typography.detail).foregroundStyle(Palette.secondary) }
      AutomationRunLine(run: run)
    }
    .accessibilityElement(children: .combine)
  }
}
