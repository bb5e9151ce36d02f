import Features
import Models
import Screens
import SwiftUI

/// What the keyboard does, in the window in front.
struct JarvisCommands: Commands {
  let app: AppModel?
  @FocusedValue(\.router) private var router
  @Environment(\.openWindow) private var openWindow

  var body: some Commands {
    SidebarCommands()
    CommandGroup(replacing: .newItem) {
      Button("New Goal") { router?.sheet = .newGoal }
        .keyboardShortcut("n")
        .disabled(router == nil)
      Button("Log Progress…") { router?.sheet = .logProgress(goal: goal) }
        .keyboardShortcut("l")
        .disabled(router == nil)
      Divider()
      Button("New Window") { openWindow(id: "main") }
        .keyboardShortcut("n", modifiers: [.command, .shift])
      Button("Open in New Window") { if let route = router?.top, route.object != nil { openWindow(id: "object", value: route) } }
        .keyboardShortcut("o")
        .disabled(router?.top.object == nil)
    }
    CommandGroup(after: .textEditing) {
      Button("Find") { router?.search() }
        .keyboardShortcut("f")
        .disabled(router == nil)
    }
    CommandMenu("Go") {
      ForEach(Array(Place.allCases.enumerated()), id: \.element) { index, place in
        Button(place.title) { router?.place = place }
          .keyboardShortcut(KeyEquivalent(Character("\(index + 1)")))
      }
      .disabled(router == nil)
      Button("All Goals") { router?.open(.goals) }
        .keyboardShortcut("g", modifiers: [.command, .shift])
        .disabled(router == nil)
      Divider()
      Button("Refresh") {
        router?.refresh()
        Task { await app?.sync() }
      }
      .keyboardShortcut("r")
      .disabled(router == nil)
      Button("Changes That Wait…") { router?.sheet = .pendingChanges }
        .disabled(router == nil)
    }
  }

  /// Logging is for the goal that is shown, if one is.
  private var goal: ObjectID? { if case .goal(let id) = router?.top { id } else { nil } }
}
