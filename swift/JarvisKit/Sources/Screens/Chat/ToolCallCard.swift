import Design
import Features
import SwiftUI

/// What the assistant did, or proposes: what exactly, and the person's word on it.
struct ToolCallCard: View {
  let call: ToolCall
  let chat: ChatModel
  @State private var isRejecting = false
  @State private var asksAlways = false
  @State private var reason = ""

  var body: some View {
    VStack(alignment: .leading, spacing: Spacing.small) {
      HStack(alignment: .firstTextBaseline, spacing: Spacing.small) {
        Text(verbatim: call.title).font(Typography.cardTitle).foregroundStyle(Palette.primary)
        Spacer(minLength: 0)
        Badge(call.state.words, symbol: call.state.symbol, tint: call.state.tint)
      }
      .accessibilityElement(children: .combine)
      if call.kind == .write || call.waitsForPerson { details }
      if call.waitsForPerson {
        if call.tainted { warning }
        buttons
      }
    }
    .padding(Spacing.medium)
    .background(Palette.inset, in: RoundedRectangle(cornerRadius: Spacing.medium, style: .continuous))
    .sensoryFeedback(.success, trigger: call.state) { $1 == .done }
    .sensoryFeedback(.error, trigger: call.state) { $1 == .failed }
    .alert("Why not?", isPresented: $isRejecting) {
      TextField("Reason (optional)", text: $reason)
      Button("Reject", role: .destructive) { Task { await chat.reject(call, reason: reason) } }
      Button("Cancel", role: .cancel) {}
    } message: {
      Text("The assistant reads your reason and can propose something better.")
    }
    .confirmationDialog("Allow this without asking from now on?", isPresented: $asksAlways, titleVisibility: .visible) {
      Button("Approve and allow always") { Task { await chat.approve(call, always: true) } }
      Button("Cancel", role: .cancel) {}
    } message: {
      Text("You can take this back in the assistant's settings. After it has read text by others, it asks all the same.")
    }
  }

  private var details: some View {
    ForEach(call.details.indices, id: \.self) { place in
      let detail = call.details[place]
      HStack(alignment: .firstTextBaseline, spacing: Spacing.small) {
        Text(verbatim: detail.name).font(Typography.detail).foregroundStyle(Palette.secondary)
        Spacer(minLength: Spacing.small)
        Text(verbatim: detail.value).font(Typography.detail).foregroundStyle(Palette.primary).multilineTextAlignment(.trailing)
      }
      .accessibilityElement(children: .combine)
    }
  }

  private var warning: some View {
    Label {
      Text("The assistant has read text by others before, which may have talked it into this. Look closely.")
    } icon: {
      Image(systemName: "exclamationmark.shield")
    }
    .font(Typography.detail)
    .foregroundStyle(Palette.warning)
  }

  private var buttons: some View {
    ViewThatFits(in: .horizontal) {
      HStack(spacing: Spacing.small) { choices }
      VStack(alignment: .leading, spacing: Spacing.small) { choices }
    }
    .disabled(chat.work.subjects.contains(call.id))
  }

  @ViewBuilder private var choices: some View {
    Button("Approve") { Task { await chat.approve(call) } }.buttonStyle(.borderedProminent).touchTarget()
    Button("Reject", role: .destructive) {
      reason = ""
      isRejecting = true
    }
    .buttonStyle(.bordered).touchTarget()
    if call.mayBeAllowedAlways { Button("Always…") { asksAlways = true }.buttonStyle(.bordered).touchTarget() }
  }
}
