import Design
import Features
import SwiftUI

/// Where the person writes: what they say differently, the field, and the button that sends or stops.
struct Composer: View {
  let chat: ChatModel
  @FocusState private var isFocused: Bool

  var body: some View {
    @Bindable var chat = chat
    VStack(alignment: .leading, spacing: Spacing.small) {
      if chat.editing != nil {
        HStack(spacing: Spacing.small) {
          Label("You are saying a message differently", systemImage: "pencil").font(Typography.caption).foregroundStyle(Palette.secondary)
          Spacer(minLength: 0)
          Button("Cancel") { chat.cancelEditing() }.touchTarget()
        }
      }
      HStack(alignment: .bottom, spacing: Spacing.small) {
        TextField("Message Jarvis", text: $chat.draft, axis: .vertical)
          .lineLimit(1...8)
          .textFieldStyle(.plain)
          .focused($isFocused)
          .padding(.horizontal, Spacing.medium)
          .padding(.vertical, Spacing.small)
          .background(Palette.inset, in: RoundedRectangle(cornerRadius: Spacing.medium, style: .continuous))
        if chat.isWriting && chat.editing == nil { stop } else { send }
      }
    }
    .padding(.horizontal, Spacing.medium)
    .padding(.vertical, Spacing.small)
    .frame(maxWidth: Spacing.column)
    .frame(maxWidth: .infinity)
    .background(Palette.card)
    .onChange(of: chat.editing) { if chat.editing != nil { isFocused = true } }
    .sensoryFeedback(.impact, trigger: chat.outgoing?.id) { $1 != nil }
  }

  private var canSend: Bool { chat.canSend || (chat.editing != nil && chat.outgoing == nil && !chat.draft.isEmpty) }

  private var send: some View {
    Menu {
      Button("Send", systemImage: "arrow.up") { Task { await chat.send() } }
      if chat.conversationID != nil, chat.editing == nil {
        Button("Keep as a note, without an answer", systemImage: "note.text") { Task { await chat.send(asNote: true) } }
      }
    } label: {
      Label("Send", systemImage: "arrow.up.circle.fill").labelStyle(.iconOnly).font(Typography.screenTitle).touchTarget()
    } primaryAction: {
      Task { await chat.send() }
    }
    .disabled(!canSend)
    .keyboardShortcut(.return, modifiers: .command)
  }

  private var stop: some View {
    Button("Stop", systemImage: "stop.circle.fill") { Task { await chat.stop() } }
      .labelStyle(.iconOnly)
      .font(Typography.screenTitle)
      .touchTarget()
      .keyboardShortcut(.escape, modifiers: [])
  }
}
