import AuthenticationServices
import Design
import Features
import Models
import SwiftUI

/// What is connected, and what could be.
public struct ConnectionsScreen: View {
  private let account: Account
  @State private var model: ConnectionsModel
  @State private var naming: Service?
  @State private var label = ""
  @State private var isDeclined = false
  @State private var connectedCount = 0
  @Environment(\.webAuthenticationSession) private var web
  @Environment(Router.self) private var router

  public init(_ account: Account) {
    self.account = account
    _model = State(initialValue: account.parts.connections())
  }

  public var body: some View {
    ScreenStateView(model.query.screen, retry: model.query.refresh) { value in
      List {
        Section { NavigationLink("What This Device Sends") { DeviceDataPlace(account: account) } }
        if !model.connections.isEmpty {
          Section("Connected") {
            ForEach(model.connections) { connection in
              NavigationLink {
                ConnectionScreen(account, connection: connection, model: model) { signIn(connection.provider.id, again: connection) }
              } label: {
                ConnectionRow(connection: connection)
              }
            }
          }
        }
        Section {
          ForEach(value.integrationProviders) { service in row(service) }
        } header: {
          Text("Can Be Connected")
        } footer: {
          Text("What a connection brings is used for your goals and your overview. You can end each at any time.")
        }
      }
      .refreshable { await model.query.refresh() }
    }
    .navigationTitle("Connections")
    .problemAlert(model.work)
    .sensoryFeedback(.success, trigger: connectedCount)
    .alert("Not connected", isPresented: $isDeclined) {
      Button("OK", role: .cancel) {}
    } message: {
      Text("The sign-in was not finished, or took too long. Nothing has changed; you can begin again.")
    }
    .alert("Name It", isPresented: isNaming, presenting: naming) { service in
      TextField("Name", text: $label)
      Button("Connect") { Task { await model.connectIncoming(service, label: label) } }
      Button("Cancel", role: .cancel) {}
    }
    .sheet(isPresented: isIncomingShown) { if let incoming = model.incoming { IncomingView(incoming: incoming, model: model) } }
    .task { await model.query.open() }
    .task { await model.follow() }
    .onChange(of: router.connectionReturn, initial: true) {
      // The system's browser was used, or the app was ended meanwhile.
      if let parameters = router.takeConnectionReturn() { Task { await complete(parameters) } }
    }
  }

  private var isNaming: Binding<Bool> { Binding(get: { naming != nil }, set: { if !$0 { naming = nil } }) }
  private var isIncomingShown: Binding<Bool> { Binding(get: { model.incoming != nil }, set: { if !$0 { model.putAwayIncoming() } }) }

  @ViewBuilder private func row(_ service: Service) -> some View {
    HStack(spacing: Spacing.medium) {
      Image(systemName: service.kind.symbol).foregroundStyle(Palette.secondary).accessibilityHidden(true)
      VStack(alignment: .leading, spacing: Spacing.tight) {
        Text(verbatim: service.name)
        if let reason = service.unavailableReason { Text(verbatim: reason).font(Typography.caption).foregroundStyle(Palette.secondary) }
        if service.kind == .device {
          Text("On the device that has the data: what this device sends is above.").font(Typography.caption).foregroundStyle(
            Palette.secondary)
        }
      }
      Spacer(minLength: Spacing.small)
      if service.available {
        switch service.kind {
        case .signIn: Button("Connect") { signIn(service.id) }.disabled(model.work.subjects.contains(ObjectID(service.id)))
        case .incoming:
          Button("Connect") {
            label = ""
            naming = service
          }
          .disabled(model.work.subjects.contains(ObjectID(service.id)))
        case .device, .unknown: EmptyView()
        }
      }
    }
    .buttonStyle(.borderless)
    .accessibilityElement(children: .contain)
  }

  /// Opens the service's page over the app; what comes back ends the sign-in.
  private func signIn(_ service: String, again connection: ServiceConnection? = nil) {
    Task {
      guard await model.begin(service, again: connection), let attempt = model.attempt else { return }
      do {
        let back = try await web.authenticate(using: attempt.authorizationUrl, callbackURLScheme: ConnectionsModel.callbackScheme)
        guard case .connectionReturned(let parameters)? = DeepLink(back) else { return isDeclined = true }
        await complete(parameters)
      } catch {
        await model.dropAttempt()
        if (error as? ASWebAuthenticationSessionError)?.code != .canceledLogin { isDeclined = true }
      }
    }
  }

  private func complete(_ parameters: [String: String]) async {
    switch await model.complete(parameters) {
    case .connected: connectedCount += 1
    case .declined, .notExpected: isDeclined = true
    case .failed: break  // The problem is shown.
    }
  }
}

extension Service.Kind {
  var symbol: String {
    switch self {
    case .device: "iphone"
    case .signIn: "person.badge.key"
    case .incoming: "arrow.down.to.line"
    case .unknown: "link"
    }
  }
}

private struct ConnectionRow: View {
  let connection: ServiceConnection

  var body: some View {
    HStack(spacing: Spacing.medium) {
      Image(systemName: connection.provider.kind.symbol).foregroundStyle(Palette.secondary).accessibilityHidden(true)
      VStack(alignment: .leading, spacing: Spacing.tight) {
        Text(verbatim: connection.label)
        if let account = connection.accountLabel { Text(verbatim: account).font(Typography.caption).foregroundStyle(Palette.secondary) }
        ConnectionState(connection: connection)
      }
    }
    .accessibilityElement(children: .combine)
  }
}

/// How a connection is doing.
struct ConnectionState: View {
  let connection: ServiceConnection

  var body: some View {
    if connection.syncing {
      Badge(Text("Fetching…"), symbol: "arrow.triangle.2.circlepath")
    } else {
      switch connection.status {
      case .active:
        if let last = connection.lastSyncAt {
          Badge(Text("As of \(last.formatted(.relative(presentation: .named)))"), symbol: "checkmark", tint: Palette.good)
        } else {
          Badge(Text("Connected"), symbol: "checkmark", tint: Palette.good)
        }
      case .needsSignIn: Badge(Text("Sign in again"), symbol: "exclamationmark.triangle", tint: Palette.warning)
      case .paused: Badge(Text("Paused"), symbol: "pause")
      case .failing: Badge(Text("Does not work"), symbol: "exclamationmark.triangle", tint: Palette.bad)
      case .unknown: EmptyView()
      }
    }
  }
}

/// The address that a service is to call, and its secret, shown once.
private struct IncomingView: View {
  let incoming: ConnectionsModel.Incoming
  let model: ConnectionsModel

  var body: some View {
    NavigationStack {
      Form {
        if let address = incoming.address {
          Section("Address") {
            Text(verbatim: address.absoluteString).monospaced().textSelection(.enabled)
            ShareLink("Share Address", item: address.absoluteString)
          }
        }
        if let secret = incoming.secret {
          Section {
            Text(verbatim: secret).monospaced().textSelection(.enabled)
            ShareLink("Share Secret", item: secret)
          } header: {
            Text("Secret")
          } footer: {
            Text("Keep it in a safe place now: it is not shown again.")
          }
        }
      }
      .formStyle(.grouped)
      .navigationTitle(Text(verbatim: incoming.label))
      .toolbar { ToolbarItem(placement: .confirmationAction) { Button("I Have Kept It") { model.putAwayIncoming() } } }
      .interactiveDismissDisabled()
    }
  }
}

/// One connection with its log, and what can be done with it.
struct ConnectionScreen: View {
  private let id: ObjectID
  private let given: ServiceConnection
  private let model: ConnectionsModel
  private let signIn: @MainActor () -> Void
  @State private var detail: QueryModel<ConnectionDetailValue>
  @State private var isEnding = false
  @State private var isRenaming = false
  @State private var label = ""
  @Environment(\.dismiss) private var dismiss

  init(_ account: Account, connection: ServiceConnection, model: ConnectionsModel, signIn: @escaping @MainActor () -> Void) {
    id = connection.id
    given = connection
    self.model = model
    self.signIn = signIn
    _detail = State(initialValue: account.parts.connection(connection.id))
  }

  private var connection: ServiceConnection { model.connections.first { $0.id == id } ?? given }

  var body: some View {
    List {
      Section {
        ConnectionState(connection: connection)
        if let reason = connection.statusReason { Text(verbatim: reason).font(Typography.detail) }
        if connection.status == .needsSignIn { Button("Sign In Again", action: signIn) }
        if let next = connection.nextSyncAt, connection.status == .active {
          LabeledContent("Next") { Text(verbatim: next.formatted(.relative(presentation: .named))) }
        }
      }
      Section {
        if connection.provider.kind == .signIn {
          Button("Fetch Now", systemImage: "arrow.clockwise") {
            Task {
              await model.sync(connection)
              await detail.refresh()
            }
          }
          .disabled(!connection.canSync || isBusy)
        }
        Toggle(
          "Paused",
          isOn: Binding(get: { connection.status == .paused }, set: { on in Task { await model.setPaused(connection, on) } })
        )
        .disabled(isBusy)
        Button("Rename", systemImage: "pencil") {
          label = connection.label
          isRenaming = true
        }
        if connection.provider.kind == .incoming {
          Button("Replace Secret", systemImage: "key") { Task { await model.replaceSecret(connection) } }.disabled(isBusy)
        }
        Button("Disconnect", systemImage: "trash", role: .destructive) { isEnding = true }.disabled(isBusy)
      }
      log
    }
    .navigationTitle(Text(verbatim: connection.label))
    .refreshable { await detail.refresh() }
    .problemAlert(model.work)
    .alert("Rename", isPresented: $isRenaming) {
      TextField("Name", text: $label)
      Button("Save") { Task { await model.rename(connection, label) } }
      Button("Cancel", role: .cancel) {}
    }
    .confirmationDialog("End this connection?", isPresented: $isEnding, titleVisibility: .visible) {
      Button("Disconnect", role: .destructive) { Task { if await model.disconnect(connection) { dismiss() } } }
    } message: {
      Text("What came from it is deleted. What was logged for goals stays.")
    }
    .task { await detail.open() }
  }

  private var isBusy: Bool { model.work.subjects.contains(id) }

  @ViewBuilder private var log: some View {
    Section("What Happened") {
      switch detail.screen {
      case .loading: ProgressView("Loading…")
      case .failed(let problem): problem.sentence.foregroundStyle(Palette.secondary)
      case .empty: Text("Nothing yet").foregroundStyle(Palette.secondary)
      case .content(let value, _):
        ForEach(value.node?.log?.nodes ?? []) { event in ConnectionEventRow(event: event) }
        MoreRow(model: detail)
      }
    }
  }
}

private struct ConnectionEventRow: View {
  let event: ConnectionEvent

  var body: some View {
    HStack(alignment: .firstTextBaseline, spacing: Spacing.small) {
      Image(systemName: event.kind == .failed ? "exclamationmark.triangle" : "circle.fill")
        .imageScale(.small).foregroundStyle(event.kind == .failed ? Palette.warning : Palette.secondary).accessibilityHidden(true)
      VStack(alignment: .leading, spacing: Spacing.tight) {
        title
        if let message = event.message { Text(verbatim: message).font(Typography.caption) }
        Text(verbatim: event.at.formatted(date: .abbreviated, time: .shortened)).font(Typography.caption).foregroundStyle(Palette.secondary)
      }
    }
    .accessibilityElement(children: .combine)
  }

  private var title: Text {
    switch event.kind {
    case .connected: return Text("Connected")
    case .paused: return Text("Paused")
    case .resumed: return Text("Resumed")
    case .synced:
      let changedCount = event.changed + event.deleted
      return Text("\(changedCount) changes came")
    case .failed: return Text("Did not work")
    case .unknown: return Text("Something else")
    }
  }
}
