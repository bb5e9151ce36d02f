import Design
import Features
import Models
import SwiftUI
import Sync

/// Somebody changed the same, on another device or otherwise: the person chooses what holds.
public struct ConflictView: View {
  @State private var model: ConflictModel
  @Environment(\.dismiss) private var dismiss

  /// - Parameter change: the id of the change that waits.
  public init(_ change: String, engine: SyncEngine) {
    _model = State(initialValue: ConflictModel(change, engine: engine))
  }

  public var body: some View {
    NavigationStack {
      content
        .navigationTitle(model.title.map { Text(verbatim: $0) } ?? Text("What shall hold?"))
        .toolbar { ToolbarItem(placement: .cancellationAction) { Button("Later", role: .cancel) { dismiss() } } }
        .task { await model.load() }
        .problemAlert(model.work)
    }
    .presentationDetents([.medium, .large])
  }

  @ViewBuilder private var content: some View {
    if !model.isLoaded {
      ProgressView("Loading…")
    } else {
      switch model.content {
      case .fields(let differences): fields(differences)
      case .deletion:
        EmptyState("You deleted it", symbol: "trash", message: "Meanwhile it was changed somewhere else. Shall it be deleted all the same?")
        {
          Button("Delete it", role: .destructive) { settle(.mine) }.buttonStyle(.borderedProminent)
          Button("Keep it as it is now") { settle(.theirs) }
        }
      case .gone:
        EmptyState(
          "It was deleted", symbol: "trash", message: "What you changed was deleted somewhere else meanwhile. Your change cannot be kept."
        ) {
          Button("Discard my change", role: .destructive) { settle(.theirs) }.buttonStyle(.borderedProminent)
        }
      case .settled: EmptyState("Nothing to decide", symbol: "checkmark.circle", message: "This is settled already.")
      }
    }
  }

  private func fields(_ differences: [ConflictModel.Difference]) -> some View {
    List {
      Section {
        ForEach(differences) { difference in
          VStack(alignment: .leading, spacing: Spacing.small) {
            Text(verbatim: difference.field.name).font(Typography.cardTitle).foregroundStyle(Palette.primary)
            choice(.mine, Text("Mine"), difference.mine, difference)
            choice(.theirs, Text("The other one"), difference.theirs, difference)
          }
          .accessibilityElement(children: .contain)
          .accessibilityLabel(Text(verbatim: difference.field.name))
        }
      } footer: {
        Text("It was changed here, and somewhere else meanwhile. Choose what holds.")
      }
      Section {
        Button("Save my choice") {
          Task { if await model.settle() { dismiss() } }
        }
        .disabled(!model.work.subjects.isEmpty)
      }
    }
    .sensoryFeedback(.selection, trigger: model.sides)
  }

  private func choice(
    _ side: ConflictModel.Side, _ whose: Text, _ value: CopyValue, _ difference: ConflictModel.Difference
  ) -> some View {
    let isChosen = model.sides[difference.id] == side
    return Button {
      model.sides[difference.id] = side
    } label: {
      HStack(spacing: Spacing.small) {
        Image(systemName: isChosen ? "checkmark.circle.fill" : "circle")
          .foregroundStyle(isChosen ? Palette.accent : Palette.secondary).accessibilityHidden(true)
        VStack(alignment: .leading) {
          whose.font(Typography.caption).foregroundStyle(Palette.secondary)
          value.text.font(Typography.body).foregroundStyle(Palette.primary)
        }
        Spacer(minLength: 0)
      }
      .touchTarget()
    }
    .buttonStyle(.plain)
    .accessibilityAddTraits(isChosen ? .isSelected : [])
  }

  private func settle(_ side: ConflictModel.Side) {
    Task { if await model.settle(side) { dismiss() } }
  }
}

extension CopyField {
  /// What people call it.
  var name: String {
    switch self {
    case .title: String(localized: "Title")
    case .name: String(localized: "Name")
    case .text, .note: String(localized: "Note")
    case .description: String(localized: "Description")
    case .value: String(localized: "Value")
    case .localDate: String(localized: "Day")
    case .kind, .areaKind: String(localized: "Kind")
    case .status: String(localized: "State")
    case .lifeArea: String(localized: "Life area")
    case .direction: String(localized: "It is good to be")
    case .cumulative: String(localized: "Values add up")
    case .aggregation: String(localized: "Entries of one day are")
    case .frequency: String(localized: "How often")
    case .startValue: String(localized: "Start value")
    case .targetValue: String(localized: "Target")
    case .rate: String(localized: "Rate")
    case .unit: String(localized: "Unit")
    case .startDate: String(localized: "Start")
    case .deadline: String(localized: "Deadline")
    case .autoComplete: String(localized: "Completes by itself")
    case .completedAt: String(localized: "Completed")
    case .missingMeans: String(localized: "A day without entries means")
    case .pauses: String(localized: "Pauses")
    case .customFields: String(localized: "Fields of the life area")
    case .color: String(localized: "Colour")
    case .icon: String(localized: "Symbol")
    case .active: String(localized: "In use")
    case .dueDate: String(localized: "Due")
    case .reached: String(localized: "Reached")
    case .reachedOn: String(localized: "Day it was reached")
    case .position: String(localized: "Place in the order")
    case .unknown: String(localized: "Other")
    }
  }
}

extension CopyValue {
  var text: Text {
    switch self {
    case .nothing: Text("Nothing")
    case .text(let text): Text(verbatim: text)
    case .amount(let amount): Text(verbatim: amount.shown(digits: 10))
    case .day(let day): Text(verbatim: day.shown)
    case .flag(let flag): flag ? Text("Yes") : Text("No")
    case .status(let status): status.text
    case .direction(let direction): direction.text
    case .aggregation(let aggregation): aggregation.text
    case .missingMeans(let meaning): meaning.text
    case .areaKind(let kind): kind.text
    case .frequency(let frequency): frequency.text
    case .rate(let amount, let period): Text("\(amount.shown(digits: 10)) per \(period.name)")
    case .number(let number): Text(verbatim: number.formatted())
    case .several(let count): Text("\(count) of them")
    }
  }
}

extension PeriodUnit {
  fileprivate var name: String {
    switch self {
    case .day: String(localized: "Day")
    case .week: String(localized: "Week")
    case .month: String(localized: "Month")
    case .year: String(localized: "Year")
    case .unknown: String(localized: "Other")
    }
  }
}
