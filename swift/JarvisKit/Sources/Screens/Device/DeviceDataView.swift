import Design
import DeviceData
import Features
import SwiftUI

/// What this device may send: Apple Health, calendars, reminders, each with what it is for and how it stands.
public struct DeviceDataView: View {
  private let model: DeviceModel
  @State private var connecting: DeviceProvider?

  public init(_ model: DeviceModel) { self.model = model }

  public var body: some View {
    ScreenStateView(model.screen) {
      await model.refresh()
    } content: { rows in
      List {
        if let problem = model.refreshProblem {
          Section {
            Label {
              problem.sentence
            } icon: {
              Image(systemName: problem.symbol)
            }
            .foregroundStyle(Palette.secondary)
          }
        }
        ForEach(rows) { row in
          Section {
            if row.state.connection == nil {
              OfferRow(row: row) { connecting = row.provider }
            } else {
              NavigationLink {
                DeviceProviderView(provider: row.provider, model: model)
              } label: {
                StandingRow(row: row)
              }
            }
          }
        }
      }
    } empty: {
      EmptyState(
        "Nothing to connect", symbol: "iphone.slash",
        message: "This device has no health data, calendars or reminders that Jarvis can read.")
    }
    .navigationTitle("This device")
    .refreshable { await model.refresh() }
    .task { await model.follow() }
    .sheet(item: $connecting) { provider in ConnectDeviceView(provider: provider, model: model) }
    .problemAlert(model.work)
  }
}

/// A provider that is connected.
private struct StandingRow: View {
  let row: DeviceConnections.Row

  var body: some View {
    Label {
      VStack(alignment: .leading, spacing: Spacing.tight) {
        Text(row.provider.title).font(Typography.cardTitle)
        row.standing.font(Typography.detail).foregroundStyle(row.tint)
        if row.state.refused.count > 0 {
          Text("\(row.state.refused.count) not accepted").font(Typography.detail).foregroundStyle(Palette.warning)
        }
      }
    } icon: {
      Image(systemName: row.provider.symbol).foregroundStyle(Palette.accent)
    }
    .accessibilityElement(children: .combine)
  }
}

/// A provider that is not.
private struct OfferRow: View {
  let row: DeviceConnections.Row
  let connect: @MainActor () -> Void

  var body: some View {
    VStack(alignment: .leading, spacing: Spacing.small) {
      Label {
        Text(row.provider.title).font(Typography.cardTitle)
      } icon: {
        Image(systemName: row.provider.symbol).foregroundStyle(Palette.accent)
      }
      Text(row.provider.purpose).font(Typography.detail).foregroundStyle(Palette.secondary)
      if row.canConnect {
        Button("Connect…", action: connect).buttonStyle(.bordered).frame(minHeight: Spacing.touch)
      } else {
        row.standing.font(Typography.detail).foregroundStyle(Palette.warning)
        if row.permission == .denied { SystemSettingsButton(provider: row.provider) }
      }
    }
    .padding(.vertical, Spacing.tight)
  }
}
