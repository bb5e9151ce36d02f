import Design
import Features
import Models
import SwiftUI

/// One run of a rule, step by step.
public struct AutomationRunView: View {
  @State private var model: AutomationRunModel
  @State private var stops = false

  public init(_ model: AutomationRunModel) { _model = State(initialValue: model) }

  public var body: some View {
    ScreenStateView(model.query.screen, retry: model.query.refresh) { value in
      if let run = value.node { content(run) }
    } empty: {
      EmptyState("This run is not there any more", symbol: "trash", message: "Runs are kept for 90 days, and go with their rule.")
    }
    .navigationTitle("Run")
    .task(id: model.id) { await model.follow() }
    .confirmationDialog("Stop this run?", isPresented: $stops, titleVisibility: .visible) {
      Button("Stop", role: .destructive) { Task { await model.cancel() } }
    } message: {
      Text("What it has done already stays done.")
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

  private func content(_ run: AutomationRunValue.Run) -> some View {
    List {
      Section {
        Text(verbatim: run.rule.name).font(Typography.screenTitle).accessibilityAddTraits(.isHeader)
        AutomationRunLine(run: run.row)
        if let message = run.row.message {
          Text(verbatim: message).foregroundStyle(Palette.secondary)
        } else if let reason = run.row.reason {
          Text(reason.sentence).foregroundStyle(Palette.secondary)
        }
        if let retryAt = run.row.retryAt {
          LabeledContent("Tried again", value: retryAt.formatted(date: .omitted, time: .shortened))
        }
      }
      Section("What set it off") {
        Text(run.row.trigger.title)
        if let event = run.row.event { LabeledContent("Event", value: event) }
        if let time = run.row.localOccurrence { LabeledContent("Planned for", value: time.replacingOccurrences(of: "T", with: ", ")) }
        if let value = run.row.value { LabeledContent("Value", value: value.value.formatted()) }
      }
      Section("Steps") {
        if run.steps.isEmpty { Text("It did nothing.").foregroundStyle(Palette.secondary) }
        ForEach(run.steps) { AutomationStepRow(step: $0) }
      }
      if let earlier = run.retryOf {
        Section {
          NavigationLink {
            Later { AutomationRunView(model.earlier(earlier.id)) }
          } label: {
            Label("The run that this one tries again", systemImage: "arrow.uturn.backward")
          }
        }
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
}

struct AutomationStepRow: View {
  let step: AutomationRunValue.Run.Step

  var body: some View {
    DisclosureGroup {
      if let input = step.input { part("Given", input) }
      if let output = step.output { part("Came of it", output) }
      if step.attempts > 1 { LabeledContent("Attempts", value: step.attempts.formatted()) }
    } label: {
      VStack(alignment: .leading, spacing: Spacing.tight) {
        HStack(alignment: .firstTextBaseline) {
          Label(step.kind.title, systemImage: step.kind.symbol)
          Spacer(minLength: Spacing.small)
          Text(step.state.title).font(Typography.caption).foregroundStyle(step.state == .failed ? Palette.bad : Palette.secondary)
        }
        if let error = step.error { Text(verbatim: error).font(Typography.detail).foregroundStyle(Palette.bad) }
      }
      .accessibilityElement(children: .combine)
    }
  }

  private func part(_ title: LocalizedStringKey, _ text: String) -> some View {
    VStack(alignment: .leading, spacing: Spacing.tight) {
      Text(title).font(Typography.caption).foregroundStyle(Palette.secondary)
      Text(verbatim: text).font(Typography.detail).monospaced().textSelection(.enabled)
    }
  }
}

/// What a rule would do, or would have done.
struct AutomationTrialView: View {
  let trial: AutomationTrial
  @Environment(\.dismiss) private var dismiss

  var body: some View {
    NavigationStack {
      Group {
        if trial.isTrying {
          ProgressView("Trying…")
        } else if let problem = trial.problem {
          ContentUnavailableView {
            Label {
              problem.sentence
            } icon: {
              Image(systemName: problem.symbol)
            }
          } description: {
            problem.advice
          }
        } else {
          outcome
        }
      }
      .frame(maxWidth: .infinity, maxHeight: .infinity)
      .navigationTitle("Trial")
      .toolbar {
        ToolbarItem(placement: .confirmationAction) {
          Button("Done") {
            trial.dismiss()
            dismiss()
          }
        }
      }
    }
  }

  @ViewBuilder private var outcome: some View {
    switch trial.outcome {
    case nil: EmptyView()
    case .notSetOff:
      ContentUnavailableView(
        "Nothing sets it off now", systemImage: "moon.zzz", description: Text("None of its triggers fits what is so now."))
    case .wouldDo(let run): List { SimulatedRunSections(run: run) }
    case .past(let past):
      if past.runs.isEmpty {
        ContentUnavailableView {
          Label("It would not have run", systemImage: "moon.zzz")
        } description: {
          Text("Looked at \(past.events.formatted()) events of the last month.")
          notes(past)
        }
      } else {
        List {
          Section {
            Text("It would have acted \(past.actingCount) times in the last month.").font(Typography.cardTitle)
            if past.truncated { Text("There was more than is shown here.").foregroundStyle(Palette.secondary) }
            notes(past)
          }
          ForEach(Array(past.runs.enumerated()), id: \.offset) { _, run in SimulatedRunSections(run: run) }
        }
      }
    }
  }

  private func notes(_ past: AutomationSimulation) -> some View {
    ForEach(past.notes, id: \.self) { Text(verbatim: $0).font(Typography.detail).foregroundStyle(Palette.secondary) }
  }
}

struct SimulatedRunSections: View {
  let run: SimulatedRun

  var body: some View {
    Section {
      HStack(alignment: .firstTextBaseline) {
        Label(verdict, systemImage: run.wouldRun == true ? "checkmark.circle" : "moon.zzz")
          .foregroundStyle(run.wouldRun == true ? Palette.good : Palette.secondary)
        Spacer(minLength: Spacing.small)
        Text(verbatim: run.at.formatted(date: .abbreviated, time: .shortened)).font(Typography.caption).foregroundStyle(Palette.secondary)
      }
      Text(run.trigger.title).font(Typography.detail).foregroundStyle(Palette.secondary)
      if let reason = run.reason { Text(reason.sentence).font(Typography.detail) }
      ForEach(Array(run.conditions.enumerated()), id: \.offset) { _, condition in
        Label {
          VStack(alignment: .leading, spacing: Spacing.tight) {
            Text(condition.kind.title)
            Text(verbatim: condition.note).font(Typography.caption).foregroundStyle(Palette.secondary)
          }
        } icon: {
          Image(systemName: condition.holds == true ? "checkmark" : condition.holds == false ? "xmark" : "questionmark")
            .accessibilityLabel(condition.holds == true ? "Holds" : condition.holds == false ? "Does not hold" : "Cannot be told")
        }
      }
      ForEach(Array(run.actions.enumerated()), id: \.offset) { _, action in
        Label {
          VStack(alignment: .leading, spacing: Spacing.tight) {
            Text(action.kind.title)
            Text(verbatim: action.input).font(Typography.caption).foregroundStyle(Palette.secondary).lineLimit(6)
            if let problem = action.problem { Text(verbatim: problem).font(Typography.caption).foregroundStyle(Palette.bad) }
          }
        } icon: {
          Image(systemName: action.kind.symbol)
        }
      }
    }
  }

  private var verdict: LocalizedStringKey {
    switch run.wouldRun {
    case true?: "It would act"
    case false?: "It would not act"
    case nil: "It cannot be told"
    }
  }
}
