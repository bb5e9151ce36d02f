import AppKit
import Design
import Features
import Models
import Screens
import SwiftUI

/// In the menu bar: the goals of the day, each logged with one click, or with a value that is typed.
struct QuickLogView: View {
  let app: AppModel
  @Environment(\.openWindow) private var openWindow

  var body: some View {
    VStack(alignment: .leading, spacing: Spacing.small) {
      if let account = app.account {
        QuickLogList(account: account)
      } else {
        Text("Sign in to see your goals here.").foregroundStyle(.secondary)
      }
      Divider()
      HStack {
        Button("Open Jarvis") {
          openWindow(id: "main")
          NSApplication.shared.activate()
        }
        Spacer()
        Button("Quit") { NSApplication.shared.terminate(nil) }
      }
      .buttonStyle(.borderless)
    }
    .padding(Spacing.medium)
    .frame(width: 320)
  }
}

private struct QuickLogList: View {
  let account: Account
  @State private var model: QuickLogModel

  init(account: Account) {
    self.account = account
    _model = State(initialValue: QuickLogModel(account))
  }

  var body: some View {
    Group {
      switch model.screen {
      case .loading: ProgressView()
      case .empty: Text("No goals run at the moment.").foregroundStyle(.secondary)
      case .failed: Text("Your goals could not be read. Open Jarvis to see why.").foregroundStyle(.secondary)
      case .content(let goals, _):
        ForEach(goals) { goal in QuickLogRow(goal: goal, model: model) }
      }
    }
    .task { await model.follow() }
  }
}

private struct QuickLogRow: View {
  let goal: TodayGoal
  let model: QuickLogModel
  @State private var typed = ""
  @State private var isTyping = false

  var body: some View {
    HStack {
      Image(systemName: symbol).foregroundStyle(goal.state == .done ? .green : .secondary).accessibilityHidden(true)
      Text(verbatim: goal.title).lineLimit(1)
      Spacer()
      if isTyping {
        TextField("Value", text: $typed)
          .frame(width: 70)
          .onSubmit {
            Task { if await model.log(typed, goal: goal) { (typed, isTyping) = ("", false) } }
          }
      } else if let entry = model.undoable[goal.id] {
        Button("Undo") { Task { await model.undo(entry, goal: goal) } }
      } else {
        Button(goal.step == nil ? "Log…" : "Log") {
          if goal.step == nil { isTyping = true } else { Task { await model.log(goal) } }
        }
        .disabled(goal.state == .done && goal.step == nil)
      }
    }
    .accessibilityElement(children: .contain)
  }

  private var symbol: String {
    switch goal.state {
    case .open: goal.urgency <= .tomorrow ? "exclamationmark.circle" : "circle"
    case .done: "checkmark.circle.fill"
    case .skipped: "forward.circle"
    }
  }
}
