import Design
import Features
import Foundation
import Models
import SwiftUI

/// Which data becomes progress of which goal.
struct ProgressMappingsScreen: View {
  @State private var model: ProgressMappingsModel
  @State private var isMaking = false
  @State private var ending: ProgressMapping?

  init(_ account: Account) { _model = State(initialValue: account.parts.progressMappings()) }

  var body: some View {
    ScreenStateView(model.query.screen, retry: model.query.refresh) { _ in
      List {
        ForEach(model.mappings) { mapping in row(mapping) }
        MoreRow(model: model.query)
      }
      .refreshable { await model.query.refresh() }
    } empty: {
      EmptyState(
        "Nothing is logged by itself yet", symbol: "arrow.triangle.branch",
        message: "Steps, appointments, tasks or spending can become progress of a goal, each day."
      ) {
        Button("Choose Data for a Goal") { isMaking = true }.buttonStyle(.borderedProminent)
      }
    }
    .navigationTitle("Data for Goals")
    .toolbar { ToolbarItem(placement: .primaryAction) { Button("New", systemImage: "plus") { isMaking = true } } }
    .sheet(isPresented: $isMaking) { NewMappingView(model: model) }
    .confirmationDialog("End this?", isPresented: isEnding, titleVisibility: .visible, presenting: ending) { mapping in
      Button("End", role: .destructive) { Task { await model.delete(mapping) } }
    } message: { _ in
      Text("What it logged stays.")
    }
    .problemAlert(model.work)
    .task { await model.query.open() }
  }

  private var isEnding: Binding<Bool> { Binding(get: { ending != nil }, set: { if !$0 { ending = nil } }) }

  private func row(_ mapping: ProgressMapping) -> some View {
    HStack(spacing: Spacing.medium) {
      VStack(alignment: .leading, spacing: Spacing.tight) {
        Text(verbatim: mapping.goal.title).font(Typography.cardTitle)
        (mapping.source.title + Text(verbatim: mapping.metric.map { ": \($0)" } ?? ""))
          .font(Typography.detail).foregroundStyle(Palette.secondary)
        mapping.aggregation.title.font(Typography.caption).foregroundStyle(Palette.secondary)
        if let matching = mapping.matching {
          Text("Only “\(matching)”").font(Typography.caption).foregroundStyle(Palette.secondary)
        }
        if let problem = mapping.problem { Text(verbatim: problem).font(Typography.caption).foregroundStyle(Palette.warning) }
      }
      Spacer(minLength: Spacing.small)
      Toggle("Active", isOn: Binding(get: { mapping.active }, set: { on in Task { await model.setActive(mapping, on) } })).labelsHidden()
    }
    .swipeActions { Button("End", systemImage: "trash", role: .destructive) { ending = mapping } }
    .contextMenu { Button("End", systemImage: "trash", role: .destructive) { ending = mapping } }
    .sensoryFeedback(.selection, trigger: mapping.active)
  }
}

extension ProgressMapping.Source {
  var title: Text {
    switch self {
    case .health: Text("Health")
    case .calendar: Text("Appointments")
    case .tasks: Text("Completed tasks")
    case .transactions: Text("Spending")
    case .received: Text("What services tell")
    case .unknown: Text("Other data")
    }
  }
}

extension ProgressMapping.Aggregation {
  var title: Text {
    switch self {
    case .sum: Text("Added up each day")
    case .last: Text("The latest of each day")
    case .least: Text("The least of each day")
    case .greatest: Text("The greatest of each day")
    case .mean: Text("The mean of each day")
    case .count: Text("How many there are each day")
    case .unknown: Text("Other data")
    }
  }
}

private struct NewMappingView: View {
  let model: ProgressMappingsModel
  @State private var draft = ProgressMappingDraft()
  @State private var factor = "1"
  @State private var goals: [ProgressMapping.Goal] = []
  @Environment(\.dismiss) private var dismiss

  var body: some View {
    NavigationStack {
      Form {
        Picker("Goal", selection: $draft.goal) {
          Text("Choose").tag(ObjectID?.none)
          ForEach(goals) { goal in Text(verbatim: goal.title).tag(ObjectID?.some(goal.id)) }
        }
        Section("Data") {
          Picker("From", selection: $draft.source) {
            ForEach(ProgressMapping.Source.choices, id: \.self) { source in source.title.tag(source) }
          }
          if draft.source == .health {
            Picker("Measurement", selection: $draft.metric) {
              Text("Choose").tag(String?.none)
              ForEach(model.healthMetrics) { metric in Text(verbatim: "\(metric.type) (\(metric.unit))").tag(String?.some(metric.type)) }
            }
            if model.healthMetrics.isEmpty { Text("Connect Health on your iPhone first.").foregroundStyle(Palette.secondary) }
          } else {
            TextField("Only what has this in it", text: $draft.matching)
          }
          if draft.source == .transactions { TextField("Currency, e.g. EUR", text: $draft.currency) }
        }
        Section {
          Picker("Each Day", selection: $draft.aggregation) {
            Text("What fits").tag(ProgressMapping.Aggregation?.none)
            ForEach(ProgressMapping.Aggregation.choices, id: \.self) { way in way.title.tag(ProgressMapping.Aggregation?.some(way)) }
          }
          TextField("Times", text: $factor)
          Stepper(value: $draft.backfillDays, in: 0...3660, step: 10) { Text("The last \(backfillCount) days as well") }
        } footer: {
          VStack(alignment: .leading) { ForEach(faults, id: \.self) { fault in fault.words } }.foregroundStyle(Palette.warning)
        }
      }
      .formStyle(.grouped)
      .navigationTitle("Data for a Goal")
      .toolbar {
        ToolbarItem(placement: .cancellationAction) { Button("Cancel") { dismiss() } }
        ToolbarItem(placement: .confirmationAction) {
          Button("Save") { Task { if await model.make(draft) { dismiss() } } }.disabled(!draft.faults.isEmpty || model.isMaking)
        }
      }
      .onChange(of: factor) { draft.factor = Amount(typed: factor, locale: .current) ?? 0 }
      .problemAlert(model.work)
      .task { goals = await model.goals() }
      .task { await model.metrics.open() }
    }
  }

  private var backfillCount: Int { draft.backfillDays }
  private var faults: [ProgressMappingDraft.Fault] { draft.faults.sorted { $0.hashValue < $1.hashValue } }
}

extension ProgressMappingDraft.Fault {
  var words: Text {
    switch self {
    case .goalMissing: Text("Choose a goal.")
    case .metricMissing: Text("Choose a measurement.")
    case .currencyMissing: Text("Write a currency with three letters: amounts of several do not add up.")
    case .factorOutOfRange: Text("The factor is a number other than 0, a million at most.")
    case .backfillOutOfRange: Text("At most ten years back.")
    }
  }
}
