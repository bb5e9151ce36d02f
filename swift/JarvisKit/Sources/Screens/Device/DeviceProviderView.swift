import Design
import DeviceData
import Features
import SwiftUI

/// What this device sends of one kind: how it stands, what is sent, what was not accepted, and how to stop it.
struct DeviceProviderView: View {
  let provider: DeviceProvider
  let model: DeviceModel
  @State private var isAsking = false

  var body: some View {
    Form {
      if let row = model.row(provider), row.state.connection != nil {
        standing(row)
        chosen(row)
        if row.state.refused.count > 0 { refused(row.state.refused) }
        if !row.state.problems.isEmpty { kinds(row.state.problems) }
        ending(row)
      } else {
        // It was ended here or on another device.
        EmptyState("Not connected", symbol: provider.symbol, message: "Go back to connect it again.")
      }
    }
    .formStyle(.grouped)
    .navigationTitle(provider.title)
    .task { if provider != .health { await model.loadLists(provider) } }
    .problemAlert(model.work)
  }

  private func standing(_ row: DeviceConnections.Row) -> some View {
    Section {
      row.standing.foregroundStyle(row.tint)
      if row.state.succeededAt != nil {
        LabeledContent("Sent last time") { Text(verbatim: row.state.latest.sent.formatted()) }
        if row.state.latest.deleted > 0 {
          LabeledContent("Deleted last time") { Text(verbatim: row.state.latest.deleted.formatted()) }
        }
      }
      if row.state.problem == .noAccess { SystemSettingsButton(provider: provider) }
      if !row.state.isPaused {
        Button("Send now", systemImage: "arrow.up.circle") { Task { await model.sync(provider) } }
          .disabled(row.isSyncing || model.isBusy(provider))
      }
    } footer: {
      if provider == .health {
        Text("What you do not allow in Health looks to Jarvis as if it were not there. Change it in the Health app, under Sharing.")
      }
    }
  }

  @ViewBuilder private func chosen(_ row: DeviceConnections.Row) -> some View {
    if provider == .health {
      Section("What is read") {
        ForEach(HealthKind.Group.allCases, id: \.self) { group in Label(group.title, systemImage: group.symbol) }
      }
    } else if let lists = model.lists[provider], !lists.isEmpty {
      Section {
        ForEach(lists) { list in
          Toggle(isOn: included(list, row)) {
            VStack(alignment: .leading, spacing: Spacing.tight) {
              Text(verbatim: list.title)
              Text(verbatim: list.account).font(Typography.caption).foregroundStyle(Palette.secondary)
            }
          }
          .disabled(model.isBusy(provider))
        }
      } header: {
        Text(provider.listsTitle)
      } footer: {
        Text("What you switch off is taken back from your server.")
      }
    }
  }

  private func included(_ list: DeviceList, _ row: DeviceConnections.Row) -> Binding<Bool> {
    Binding {
      !row.state.excluded.contains(list.id)
    } set: { isIncluded in
      Task { await model.include(list, isIncluded, of: provider) }
    }
  }

  private func refused(_ refused: Refusals) -> some View {
    Section {
      ForEach(refused.examples, id: \.self) { one in
        VStack(alignment: .leading, spacing: Spacing.tight) {
          Text(verbatim: provider == .health ? HealthKind.words(one.subject) : one.subject).font(Typography.cardTitle)
          Text(verbatim: one.message).font(Typography.detail).foregroundStyle(Palette.secondary)
        }
        .accessibilityElement(children: .combine)
      }
      Button("Got it") { Task { await model.dismissRefusals(provider) } }
    } header: {
      Text("\(refused.count) not accepted")
    } footer: {
      Text("These cannot be right, so your server did not take them. Everything else was sent.")
    }
  }

  private func kinds(_ problems: [String: DeviceProblem]) -> some View {
    Section("Kinds that were not sent") {
      ForEach(problems.keys.sorted(), id: \.self) { type in
        VStack(alignment: .leading, spacing: Spacing.tight) {
          Text(verbatim: HealthKind.words(type)).font(Typography.cardTitle)
          problems[type]?.sentence.font(Typography.detail).foregroundStyle(Palette.secondary)
        }
        .accessibilityElement(children: .combine)
      }
    }
  }

  private func ending(_ row: DeviceConnections.Row) -> some View {
    Section {
      Toggle("Send data", isOn: Binding(get: { !row.state.isPaused }, set: { isOn in Task { await model.pause(provider, !isOn) } }))
        .disabled(model.isBusy(provider))
      Button("Disconnect…", role: .destructive) { isAsking = true }
        .disabled(model.isBusy(provider))
        .confirmationDialog("Disconnect and delete?", isPresented: $isAsking, titleVisibility: .visible) {
          Button("Disconnect and delete", role: .destructive) { Task { await model.disconnect(provider) } }
          Button("Cancel", role: .cancel) {}
        } message: {
          Text(provider.farewell)
        }
    } footer: {
      Text("Switched off, nothing more is sent; what was sent stays.")
    }
  }
}
