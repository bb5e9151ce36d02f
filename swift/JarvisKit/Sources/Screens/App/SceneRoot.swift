import Features
import Foundation
import SwiftUI

/// A window: it knows where the person is in it, keeps the app at work while it is open, and follows links, pushes and Handoff.
public struct SceneRoot<SignIn: View, Content: View>: View {
  @State private var router: Router
  @State private var id = UUID().uuidString
  @SceneStorage("place") private var kept = ""
  @AppStorage(Appearance.key) private var appearance = Appearance.system
  @Environment(\.scenePhase) private var phase
  private let app: AppModel
  private let webHost: String?
  private let signIn: (_ ended: Bool) -> SignIn
  private let content: (Account) -> Content

  /// - Parameter webHost: whose links the app opens, beside its own scheme.
  public init(
    _ app: AppModel, layout: Router.Layout, webHost: String?, @ViewBuilder signIn: @escaping (_ ended: Bool) -> SignIn,
    @ViewBuilder content: @escaping (Account) -> Content
  ) {
    self.app = app
    self.webHost = webHost
    self.signIn = signIn
    self.content = content
    _router = State(initialValue: Router(layout))
  }

  public var body: some View {
    AppRoot(app, signIn: signIn, content: content)
      .sheet(item: $router.sheet) { sheet in
        if let account = app.account { SheetView(sheet: sheet, account: account).environment(app).environment(router) }
      }
      .sheet(isPresented: isWelcomeShown) {
        WelcomeView { await app.welcomed() }.environment(app)
      }
      .preferredColorScheme(appearance.colorScheme)
      .environment(app)
      .environment(router)
      .focusedSceneValue(\.router, app.account == nil ? nil : router)
      .task { router.restore(kept) }
      .onChange(of: router.state) { kept = router.state }
      .onChange(of: app.account?.userID) { before, now in
        // A session that ended and goes on leaves the person where they were.
        if let now, let before, now != before { router.reset() }
        follow()
      }
      .onChange(of: phase, initial: true) { tell(isOpen: phase != .background) }
      .onDisappear { tell(isOpen: false) }
      .onOpenURL { url in if let link = DeepLink(url, webHost: webHost) { app.open(link) } }
      .onChange(of: app.link, initial: true) { follow() }
      .userActivity(Handoff.type, isActive: app.account != nil) { activity in
        activity.isEligibleForHandoff = true
        activity.userInfo = Handoff.userInfo(router.top)
      }
      .onContinueUserActivity(Handoff.type) { activity in if let link = Handoff.link(activity) { app.open(link) } }
  }

  private var isWelcomeShown: Binding<Bool> {
    Binding(get: { app.account != nil && app.needsWelcome }, set: { if !$0 { Task { await app.welcomed() } } })
  }

  private func tell(isOpen: Bool) {
    Task { await app.scene(id, isOpen: isOpen) }
  }

  /// A link waits until somebody is signed in; the window that is in front takes it.
  private func follow() {
    guard app.account != nil, phase != .background, app.link != nil else { return }
    Task { if let link = await app.takeLink() { router.follow(link) } }
  }
}

/// What goes to the person's other devices: a link to the screen that is shown.
enum Handoff {
  /// As the Info.plist names it.
  static let type = "\(Bundle.main.bundleIdentifier ?? "").view"
  private static let key = "link"

  static func userInfo(_ route: Route) -> [AnyHashable: Any] { route.link.map { [key: $0.absoluteString] } ?? [:] }

  static func link(_ activity: NSUserActivity) -> DeepLink? {
    (activity.userInfo?[key] as? String).flatMap(URL.init(string:)).flatMap { DeepLink($0) }
  }
}

struct RouterKey: FocusedValueKey { typealias Value = Router }
extension FocusedValues {
  /// Where the person is in the window in front; nil when nobody is signed in.
  public var router: Router? {
    get { self[RouterKey.self] }
    set { self[RouterKey.self] = newValue }
  }
}
