import Design
import Features
import Models
import SwiftUI

/// The runs of a category.
struct ResearchRunsView: View {
  @State private var model: ResearchRunsModel

  init(_ model: ResearchRunsModel) { _model = State(initialValue: model) }

  var body: some View {
    ScreenStateView(model.list.screen, retry: model.list.refresh) { _ in
      List {
        ForEach(model.runs) { run in
          NavigationLink {
            Later { ResearchRunView(model.run(run.id)) }
          } label: {
            ResearchRunCell(run: run)
          }
          .swipeActions(edge: .trailing, allowsFullSwipe: false) { actions(run) }
          .contextMenu { actions(run) }
          .disabled(model.work.subjects.contains(run.id))
        }
        NextPageRow(model: model.list)
      }
      .refreshable { await model.list.refresh() }
    } empty: {
      EmptyState("No runs yet", symbol: "clock.arrow.circlepath", message: "Each time that Jarvis looks into it comes here.") {
        Button("Look Now") { Task { await model.trigger() } }.buttonStyle(.borderedProminent)
      }
    }
    .navigationTitle("Runs")
    .toolbar {
      ToolbarItem(placement: .primaryAction) {
        Button("Look Now", systemImage: "play") { Task { await model.trigger() } }.disabled(model.work.subjects.contains(model.categoryID))
      }
    }
    .task { await model.list.open() }
    .problemAlert(model.work)
    .sensoryFeedback(.success, trigger: model.begun)
  }

  @ViewBuilder private func actions(_ run: ResearchRunRow) -> some View {
    if run.canBeCancelled { Button("Stop", systemImage: "stop", role: .destructive) { Task { await model.cancel(run) } } }
    if run.canBeRetried { Button("Try Again", systemImage: "arrow.clockwise") { Task { await model.retry(run) } } }
  }
}

struct ResearchRunCell: View {
  let run: ResearchRunRow

  var body: some View {
    VStack(alignment: .leading, spacing: Spacing.tight) {
      HStack(alignment: .firstTextBaseline) {
        Text(verbatim: run.dueAt.formatted(date: .abbreviated, time: .shortened)).font(Typography.cardTitle)
        Spacer(minLength: Spacing.small)
        Text(run.trigger.title).font(Typography.caption).foregroundStyle(Palette.secondary)
      }
      RunProgress(run: run)
      if let error = run.error { Text(verbatim: error.message).font(Typography.detail).foregroundStyle(Palette.secondary) }
    }
    .accessibilityElement(children: .combine)
  }
}

/// One run, as it comes on.
public struct ResearchRunView: View {
  @State private var model: ResearchRunModel
  @State private var stops = false

  public init(_ model: ResearchRunModel) { _model = State(initialValue: model) }

  public var body: some View {
    ScreenStateView(model.query.screen, retry: model.query.refresh) { value in
      if let run = value.researchRun { content(run) }
    } empty: {
      EmptyState("This run is not there any more", symbol: "trash", message: "Its category was deleted, perhaps on another device.")
    }
    .navigationTitle("Run")
    .task(id: model.id) { await model.follow() }
    .confirmationDialog("Stop this run?", isPresented: $stops, titleVisibility: .visible) {
      Button("Stop", role: .destructive) { Task { await model.cancel() } }
    } message: {
      Text("What it has read is kept. There is no result.")
    }
    .problemAlert(model.work)
    .sensoryFeedback(trigger: model.run?.row.state) { before, now in
      guard before != nil, before != now else { return nil }
      return switch now {
      case .done: .success
      case .failed: .error
      default: nil
      }
    }
  }

  private var isBusy: Bool { model.work.subjects.contains(model.id) }

  private func content(_ run: ResearchRunValue.Run) -> some View {
    List {
      Section { head(run) }
      if let error = run.row.error {
        Section("Why it failed") {
          Text(verbatim: error.message)
          if let advice = error.code.advice { Text(advice).foregroundStyle(Palette.secondary) }
        }
      }
      if let result = run.result {
        Section("Result") {
          NavigationLink {
            Later { ResearchResultView(model.parts.researchResult(result.id)) }
          } label: {
            ResearchResultCell(result: result)
          }
        }
      }
      if let changes = run.changes { ChangesSections(changes: changes) }
      Section("Steps") {
        ForEach(Array(run.steps.enumerated()), id: \.offset) { _, step in StepRow(step: step) }
      }
      if !run.failures.isEmpty {
        Section("Could not be read") {
          ForEach(Array(run.failures.enumerated()), id: \.offset) { _, failure in
            VStack(alignment: .leading, spacing: Spacing.tight) {
              Text(verbatim: failure.url).font(Typography.detail).lineLimit(2)
              Text(verbatim: failure.message).font(Typography.caption).foregroundStyle(Palette.secondary)
            }
            .accessibilityElement(children: .combine)
          }
        }
      }
      Section {
        LabeledContent("Started") { Text(run.row.trigger.title) }
        if let started = run.row.startedAt, let ended = run.row.endedAt {
          LabeledContent(
            "Took", value: Duration.seconds(ended.timeIntervalSince(started).rounded()).formatted(.units(width: .abbreviated)))
        }
        if run.cost.value > 0 { LabeledContent("Cost", value: run.cost.value.formatted(.currency(code: "USD"))) }
      }
    }
    .refreshable { await model.query.refresh() }
    .toolbar {
      ToolbarItem(placement: .primaryAction) {
        if run.row.canBeCancelled {
          Button("Stop", systemImage: "stop") { stops = true }.disabled(isBusy)
        } else if run.row.canBeRetried {
          Button("Try Again", systemImage: "arrow.clockwise") { Task { await model.retry() } }.disabled(isBusy)
        }
      }
    }
  }

  private func head(_ run: ResearchRunValue.Run) -> some View {
    VStack(alignment: .leading, spacing: Spacing.small) {
      Text(verbatim: run.row.category.name).font(Typography.screenTitle).accessibilityAddTraits(.isHeader)
      RunProgress(run: run.row)
      if model.isReconnecting {
        Label("The connection is lost. It goes on when it is back.", systemImage: "wifi.slash")
          .font(Typography.caption).foregroundStyle(Palette.secondary)
      }
      TileGrid {
        StatTile(
          "Read", value: run.row.progress.fetched.formatted(), symbol: "newspaper",
          detail: Text("of \(run.row.progress.planned.formatted())"))
        StatTile("Statements", value: run.row.progress.claims.formatted(), symbol: "text.quote")
      }
    }
    .accessibilityElement(children: .contain)
    .accessibilityAddTraits(.updatesFrequently)
  }
}

struct StepRow: View {
  let step: ResearchRunValue.Run.Step

  var body: some View {
    HStack(alignment: .firstTextBaseline, spacing: Spacing.small) {
      Image(systemName: step.step.symbol).foregroundStyle(step.state == .failed ? Palette.bad : Palette.accent).accessibilityHidden(true)
      VStack(alignment: .leading, spacing: Spacing.tight) {
        Text(step.step.title)
        if let note = step.note { Text(verbatim: note).font(Typography.caption).foregroundStyle(Palette.secondary) }
      }
      Spacer(minLength: Spacing.small)
      Text(step.state.title).font(Typography.caption).foregroundStyle(Palette.secondary)
    }
    .accessibilityElement(children: .combine)
  }
}

/// What is new since the last approved result.
struct ChangesSections: View {
  let changes: ResearchRunValue.Run.Changes

  var body: some View {
    Section {
      if changes.newClaims.isEmpty { Text("Nothing").foregroundStyle(Palette.secondary) }
      ForEach(Array(changes.newClaims.enumerated()), id: \.offset) { _, claim in
        VStack(alignment: .leading, spacing: Spacing.tight) {
          Text(verbatim: claim.text)
          Badge(Text(claim.verdict.title), symbol: claim.verdict.symbol, tint: claim.verdict.tint)
        }
        .accessibilityElement(children: .combine)
      }
    } header: {
      Text("New statements")
    } footer: {
      if let since = changes.since?.title { Text("Since “\(since)”") } else { Text("There is no approved result before it: all is new.") }
    }
    if !changes.goneClaims.isEmpty {
      Section("Not said any more") {
        ForEach(Array(changes.goneClaims.enumerated()), id: \.offset) { _, claim in Text(verbatim: claim.text).strikethrough() }
      }
    }
    if !changes.newSources.isEmpty {
      Section("New sources") {
        ForEach(Array(changes.newSources.enumerated()), id: \.offset) { _, source in
          Text(verbatim: source.title.isEmpty ? source.url : source.title)
        }
      }
    }
  }
}
