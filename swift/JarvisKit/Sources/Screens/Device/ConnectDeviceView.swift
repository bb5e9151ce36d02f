import Design
import DeviceData
import Features
import SwiftUI

/// Before the system asks: what is read and what it is for. Then, of calendars and lists, which; nothing is sent before the last step.
struct ConnectDeviceView: View {
  private enum Step { case explain, choose, connecting }

  let provider: DeviceProvider
  let model: DeviceModel
  @State private var step = Step.explain
  @State private var excluded: Set<String> = []
  @Environment(\.dismiss) private var dismiss

  var body: some View {
    NavigationStack {
      Form {
        switch step {
        case .explain: explanation
        case .choose: ListChoice(provider: provider, lists: model.lists[provider] ?? [], excluded: $excluded)
        case .connecting:
          ProgressView("Connecting…").frame(maxWidth: .infinity, minHeight: Spacing.touch)
        }
        if model.notAllowed == provider {
          Section {
            Label("You did not allow it. Jarvis reads nothing.", systemImage: "hand.raised")
            SystemSettingsButton(provider: provider)
          }
        }
        if let problem = model.work.problem {
          Section {
            Label {
              problem.sentence
            } icon: {
              Image(systemName: problem.symbol)
            }
            .foregroundStyle(Palette.bad)
          }
        }
      }
      .formStyle(.grouped)
      .navigationTitle(provider.title)
      .toolbar {
        ToolbarItem(placement: .cancellationAction) { Button("Not now", role: .cancel) { dismiss() } }
        ToolbarItem(placement: .confirmationAction) {
          Button(step == .explain ? "Continue" : "Connect") { Task { await go() } }
            .disabled(model.isBusy(provider) || step == .connecting || isEmptyChoice)
        }
      }
    }
    .onDisappear {
      model.dismissNotAllowed()
      model.work.dismissProblem()
    }
    .sensoryFeedback(.success, trigger: model.row(provider)?.state.connection) { before, now in before == nil && now != nil }
  }

  @ViewBuilder private var explanation: some View {
    Section {
      Label {
        Text(provider.purpose)
      } icon: {
        Image(systemName: provider.symbol).foregroundStyle(Palette.accent)
      }
      .font(Typography.cardTitle)
    }
    Section("What is read") {
      if provider == .health {
        ForEach(HealthKind.Group.allCases, id: \.self) { group in Label(group.title, systemImage: group.symbol) }
      }
      promise(provider.reads)
      promise(provider.omits)
      promise(provider.control)
    }
    Section {
      Text("Next, your device asks whether Jarvis may read this. You can disconnect at any time; then what was sent is deleted.")
        .font(Typography.detail).foregroundStyle(Palette.secondary)
    }
  }

  private func promise(_ words: LocalizedStringKey) -> some View {
    Label {
      Text(words)
    } icon: {
      Image(systemName: "checkmark.shield").foregroundStyle(Palette.good)
    }
  }

  /// Nothing of what there is is chosen.
  private var isEmptyChoice: Bool {
    guard step == .choose, let lists = model.lists[provider], !lists.isEmpty else { return false }
    return lists.allSatisfy { excluded.contains($0.id) }
  }

  private func go() async {
    if step == .explain {
      guard await model.allow(provider) else { return }
      if provider != .health {
        excluded = model.row(provider)?.state.excluded ?? []
        step = .choose
        return
      }
    }
    let before = step
    step = .connecting
    if await model.connect(provider, excluding: excluded) { dismiss() } else { step = before }
  }
}

/// Which calendars, or lists, are sent.
struct ListChoice: View {
  let provider: DeviceProvider
  let lists: [DeviceList]
  @Binding var excluded: Set<String>

  var body: some View {
    if lists.isEmpty {
      Section { Text("There are none on this device.").foregroundStyle(Palette.secondary) }
    } else {
      ForEach(accounts, id: \.self) { account in
        Section {
          ForEach(lists.filter { $0.account == account }) { list in
            Toggle(isOn: included(list)) { Text(verbatim: list.title) }
          }
        } header: {
          Text(verbatim: account)
        }
      }
    }
  }

  private var accounts: [String] { Array(Set(lists.map(\.account))).sorted() }

  private func included(_ list: DeviceList) -> Binding<Bool> {
    Binding {
      !excluded.contains(list.id)
    } set: { isIncluded in
      if isIncluded { excluded.remove(list.id) } else { excluded.insert(list.id) }
    }
  }
}
