import Foundation
import Models
import Observation

/// Where the person is: a place, the screens on top of it, and a sheet. Links, pushes and Handoff lead here; each window has its own.
@MainActor @Observable public final class Router {
  /// How the places are laid out.
  public enum Layout: Sendable {
    /// Five tabs; the other places lie on top of theirs.
    case tabs
    /// A sidebar with all places.
    case sidebar
  }

  public var sheet: Sheet?
  /// What a service sent back after the person allowed the connection; whoever finishes it takes it.
  public private(set) var connectionReturn: [String: String]?
  /// Counts how often the person asked to search: a screen with a field puts the cursor there.
  public private(set) var searchRequestCount = 0
  /// Counts how often the person asked to load what is shown.
  public private(set) var refreshRequestCount = 0

  private var current = Place.dashboard
  private var paths: [Place: [Route]] = [:]
  @ObservationIgnored private let layout: Layout

  public init(_ layout: Layout) { self.layout = layout }

  /// The place that is shown. Choosing the one that is shown already goes back to its beginning, as people expect of a tab.
  public var place: Place {
    get { current }
    set {
      let place = shown(newValue)
      if place == current { paths[place] = nil }
      current = place
      if place != newValue { paths[place] = [.place(newValue)] }
    }
  }

  private func shown(_ place: Place) -> Place { layout == .tabs ? place.tab : place }

  /// The screens on top of a place.
  public subscript(path place: Place) -> [Route] {
    get { paths[place] ?? [] }
    set { paths[place] = newValue.isEmpty ? nil : newValue }
  }

  /// What is on top: what Handoff hands on, and what a window is titled by.
  public var top: Route { paths[current]?.last ?? .place(current) }

  // MARK: Going somewhere

  /// Shows a screen in its place, with nothing else on top of that.
  public func open(_ route: Route) {
    sheet = nil
    let place = shown(route.home)
    current = place
    var path: [Route] = place == route.home ? [] : [.place(route.home)]
    if route != .place(route.home) { path.append(route) }
    self[path: place] = path
  }

  /// Shows a screen on top of what is shown, as from a list.
  public func push(_ route: Route) {
    guard top != route else { return }
    self[path: current].append(route)
  }

  /// Goes where a link leads. An object without a screen of its own leads to its place, one of an unknown kind nowhere.
  /// - Returns: whether it leads anywhere.
  @discardableResult
  public func follow(_ link: DeepLink) -> Bool {
    switch link {
    case .dashboard: open(.place(.dashboard))
    case .place(let place): open(.place(place))
    case .goals: open(.goals)
    case .connections: open(.connections)
    case .object(let id):
      if let route = Route(id) {
        open(route)
      } else if let place = Place(around: id) {
        open(.place(place))
      } else {
        return false
      }
    case .logProgress(let goal):
      sheet = .logProgress(goal: goal)
    case .connectionReturned(let parameters):
      connectionReturn = parameters
      open(.connections)
    }
    return true
  }

  /// Hands out what a service sent back, once.
  public func takeConnectionReturn() -> [String: String]? {
    defer { connectionReturn = nil }
    return connectionReturn
  }

  public func search() { searchRequestCount += 1 }
  public func refresh() { refreshRequestCount += 1 }

  /// Forgets an object that is no more: its screens close.
  public func close(_ id: ObjectID) {
    for (place, path) in paths { self[path: place] = path.filter { $0.object != id } }
    if sheet == .logProgress(goal: id) { sheet = nil }
  }

  /// Back to the beginning, when somebody else is here.
  public func reset() {
    (current, paths, sheet, connectionReturn) = (.dashboard, [:], nil, nil)
  }

  // MARK: Keeping the place

  private struct State: Codable {
    let place: Place
    let paths: [String: [Route]]
  }

  /// Where the person is, as the system keeps it for a window. Sheets are not kept: half of what was typed in them would be lost.
  public var state: String {
    let kept = State(place: current, paths: Dictionary(uniqueKeysWithValues: paths.map { ($0.key.rawValue, $0.value) }))
    return (try? JSON.encode(kept)).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  /// Goes to where the person was. What another version of the app kept and this one cannot read is left.
  public func restore(_ state: String) {
    guard let kept = try? JSON.decode(State.self, from: Data(state.utf8)), shown(kept.place) == kept.place else { return }
    current = kept.place
    paths = [:]
    for (name, path) in kept.paths where !path.isEmpty {
      if let place = Place(rawValue: name) { paths[place] = path }
    }
  }
}
