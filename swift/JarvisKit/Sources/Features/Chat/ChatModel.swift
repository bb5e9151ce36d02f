import Foundation
import Graph
import Models
import Observation
import Persistence

/// A conversation with the assistant: what was said, the reply that is being written, what waits for the person's word, and what they are
/// about to say.
@MainActor @Observable public final class ChatModel {
  /// How far what the person said has come.
  public enum Delivery: Sendable, Equatable {
    case sending
    /// It waits on this device.
    case failed(Problem)
    /// Another reply is being written there; the server's sentence.
    case inTheWay(String)
  }

  /// What was said; nil while the conversation has not begun.
  public private(set) var list: QueryModel<ConversationValue>?
  /// The reply that is, or was last, followed.
  public private(set) var reply: Reply?
  /// The connection to the reply is lost; it goes on when it is back.
  public private(set) var isReconnecting = false
  /// Why the reply cannot be followed, though it may go on.
  public private(set) var replyProblem: Problem?
  /// What the person does to messages and proposals; its subjects are those.
  public let work = Work()
  /// What the person is about to say. It is kept on the device: see `keepDraft`.
  public var draft = ""
  /// The message of the person's that they are saying differently.
  public private(set) var editing: ObjectID?
  /// What was said and the server has not taken yet.
  public private(set) var outgoing: Outgoing?
  public private(set) var delivery = Delivery.sending
  /// The person has to be asked first what may be sent to whom.
  public var asksConsent = false
  public let consent: AiConsentModel
  /// What a new conversation is about.
  public let about: [ObjectID]

  @ObservationIgnored private let parts: Parts
  @ObservationIgnored private var following: Task<Void, Never>?
  /// Whether the stream that is followed came to its end, or broke off for good.
  @ObservationIgnored private var hasStopped = false
  @ObservationIgnored private var isSending = false
  /// Whether a reply is followed no further than to where it waits for the person.
  @ObservationIgnored var leavesProposals = false
  /// What was being written when the person began to say a message differently.
  @ObservationIgnored private var laidAside = ""
  @ObservationIgnored private var kept: Outgoing.Kept?

  init(parts: Parts, conversationID: ObjectID?, about: [ObjectID], consent: AiConsentModel?) {
    self.parts = parts
    self.about = about
    self.consent = consent ?? AiConsentModel(parts: parts)
    list = conversationID.map(parts.conversation)
    self.conversationID = conversationID
  }

  public private(set) var conversationID: ObjectID?

  public var conversation: ConversationValue.Conversation? { list?.screen.value?.conversation }
  /// Whether the conversation was deleted.
  public var isGone: Bool { if let value = list?.screen.value { value.conversation == nil } else { false } }
  public var screen: Screen<ConversationValue> { list?.screen ?? .empty }

  /// What was said, oldest first, with the reply as far as it has come.
  public var messages: [Message] {
    var messages = list?.screen.value?.messages ?? []
    if let reply, let place = messages.firstIndex(where: { $0.id == reply.message.id }), messages[place].isOpen {
      messages[place] = reply.message
    }
    return messages
  }

  /// Whether the assistant writes: it can be stopped.
  public var isWriting: Bool { messages.last.map { $0.isOpen && $0.status != .waiting } ?? false }
  /// Whether something can be said now.
  public var canSend: Bool { outgoing == nil && !isWriting && !draft.trimmingCharacters(in: .whitespacesAndNewlines).isEmpty }

  // MARK: Loading

  /// Shows what was last seen, loads, sends what could not be sent, and follows a reply that is being written to its end.
  public func open() async {
    if kept == nil, let note = try? await parts.store.note(note), let kept = try? note.read(as: Outgoing.Kept.self) {
      self.kept = kept
      if draft.isEmpty { draft = kept.draft }
      if outgoing == nil, let waiting = kept.outgoing {
        outgoing = waiting
        delivery = .failed(.offline)
      }
    }
    async let consents: Void = consent.open()
    await list?.open()
    await consents
    await goOn()
  }

  /// Loads anew, and sends what could not be sent.
  public func refresh() async {
    await list?.refresh()
    await goOn()
  }

  private func goOn() async {
    if let outgoing, messages.contains(where: { $0.id == outgoing.id }) { await settle() }
    if outgoing != nil, delivery != .sending, !isOffline {
      await sendAgain()
    } else if let last = messages.last, last.isOpen {
      await follow(last)
    }
  }

  private var isOffline: Bool {
    switch screen {
    case .content(_, .offline), .failed(.offline): true
    default: false
    }
  }

  /// Ends what is under way for a screen that is not shown any more. The server writes on; `open` takes it up again.
  public func close() {
    following?.cancel()
  }

  /// Keeps up with what is said in this conversation on other devices. Ends with the task.
  public func watch() async {
    let stream = parts.graph.following(
      Request(Document.chatMessage), in: parts.surroundings, place: { $0["chatMessage"]?["event"]?["id"] })
    var wasAway = false
    do {
      for try await event in stream {
        guard case .value(let data) = event else {
          wasAway = true
          continue
        }
        let news = try? data.read(as: ChatNews<Message.Reference>.self).chatMessage
        if wasAway { await list?.refresh() }
        wasAway = false
        if let message = news?.message, let conversationID, news?.conversation?.id == conversationID { await hear(message) }
      }
    } catch {}  // It only makes the screen fresher: what is wrong is said where something is asked for.
  }

  private func hear(_ message: Message) async {
    if let outgoing, outgoing.id == message.id || outgoing.id == message.parent?.id { return }
    var isPlaced = true
    list?.edit { isPlaced = $0.conversation?.messages?.nodes.place(message) ?? true }
    if !isPlaced { await list?.refresh() }
    if message.isOpen, reply?.message.id != message.id || reply?.isOver == true { start(message) }
  }

  // MARK: Saying something

  /// Says what was written, once the person was asked about consent; follows the reply to its end. Without a network it waits on the device.
  /// - Parameter asNote: for the person's own record: nobody answers. Only in a conversation that has begun.
  public func send(asNote: Bool = false) async {
    let content = draft.trimmingCharacters(in: .whitespacesAndNewlines)
    guard !content.isEmpty, outgoing == nil else { return }
    let isNote = asNote && conversationID != nil
    if !isNote, await consent.mustAsk() {
      asksConsent = true
      return
    }
    var new = Outgoing(
      id: parts.surroundings.makeID(.message), kind: isNote ? .note : editing.map { .edit($0) } ?? .say, content: content,
      conversationID: conversationID)
    if conversationID == nil, !about.isEmpty {
      new.conversationID = parts.surroundings.makeID(.conversation)
      new.start = .init(title: Outgoing.title(content), about: about)
    }
    draft = editing == nil ? "" : laidAside
    editing = nil
    outgoing = new
    await sendAgain()
  }

  /// Sends once more what could not be sent.
  /// - Parameter interrupting: stops a reply that is in the way.
  public func sendAgain(interrupting: Bool = false) async {
    guard var outgoing, !isSending else { return }
    outgoing.interrupts = outgoing.interrupts || interrupting
    self.outgoing = outgoing
    isSending = true
    delivery = .sending
    await keep()
    var reply: Message?
    do {
      var sent: Sent?
      if case .edit = outgoing.kind, isWriting, let open = messages.last { try await end(open.id) }
      for request in outgoing.requests { sent = try await parts.graph.change(request, as: Sent.self) }
      await take(sent)
      reply = sent?.reply
    } catch let error as UserError where error.code == "CONFLICT" {
      delivery = .inTheWay(error.message)
    } catch is CancellationError {
      delivery = .failed(.offline)
    } catch { delivery = .failed(Problem(error)) }
    isSending = false
    if let reply { await follow(reply) }
  }

  /// Takes back what could not be sent: it stands before what is being written.
  public func takeBack() async {
    guard let outgoing, !isSending else { return }
    draft = draft.isEmpty ? outgoing.content : "\(outgoing.content)\n\(draft)"
    await settle()
    // The server may have taken it all the same, and its answer was lost.
    await list?.refresh()
  }

  struct Sent: Decodable {
    let message: Message?
    let reply: Message?
    let conversation: ConversationValue.Conversation?
  }

  private func take(_ sent: Sent?) async {
    if list == nil, var conversation = sent?.conversation {
      let old = note
      conversation.messages = Connection(nodes: [], pageInfo: nil)
      conversationID = conversation.id
      let list = parts.conversation(conversation.id)
      list.show(ConversationValue(conversation: conversation))
      self.list = list
      try? await parts.store.write([.setNote(old, nil)])
    }
    list?.edit { value in
      for message in [sent?.message, sent?.reply] { if let message { value.conversation?.messages?.nodes.place(message) } }
    }
    await settle()
  }

  private func settle() async {
    outgoing = nil
    delivery = .sending
    await keep()
  }

  /// Begins to say one of the person's messages differently. What was being written is laid aside.
  public func edit(_ message: Message) {
    guard message.role == .user else { return }
    if editing == nil { laidAside = draft }
    editing = message.id
    draft = message.content
  }

  public func cancelEditing() {
    guard editing != nil else { return }
    editing = nil
    draft = laidAside
  }

  /// Keeps what is being written, once the person pauses: to be called on each change of `draft` by a task that the next one cancels.
  public func keepDraft() async {
    do { try await parts.surroundings.pause(0.4) } catch { return }
    await keep()
  }

  private var note: String { Outgoing.note(conversationID ?? about.first) }

  private func keep() async {
    let now = Outgoing.Kept(draft: editing == nil ? draft : laidAside, outgoing: outgoing)
    guard now != kept else { return }
    kept = now
    let isNothing = now.draft.isEmpty && now.outgoing == nil
    // A full disk is no reason not to send.
    try? await parts.store.write([.setNote(note, isNothing ? nil : try? JSONValue(now))])
  }

  // MARK: The reply

  /// Goes on following the reply after something went wrong.
  public func resume() async {
    if let reply, !reply.isOver { await follow(reply.message) }
  }

  private func follow(_ message: Message) async {
    let task = start(message)
    await withTaskCancellationHandler {
      await task.value
    } onCancel: {
      task.cancel()
    }
  }

  @discardableResult
  private func start(_ message: Message) -> Task<Void, Never> {
    if let following, isFollowing, reply?.message.id == message.id { return following }
    following?.cancel()
    if reply?.message.id != message.id {
      commit()
      reply = Reply(message)
    }
    hasStopped = false
    isReconnecting = false
    replyProblem = nil
    let task = Task { await listen(to: message.id) }
    following = task
    return task
  }

  private var isFollowing: Bool { !hasStopped && following.map { !$0.isCancelled } ?? false }

  private func listen(to id: ObjectID) async {
    let stream = parts.graph.following(
      Request(Document.messageStream, ["messageId": .string(id.rawValue)]), after: .int(reply?.sequence ?? 0), in: parts.surroundings,
      isLast: { $0["messageStream"]?["kind"] == "END" }, place: { $0["messageStream"]?["sequence"] })
    do {
      for try await event in stream {
        guard !Task.isCancelled, reply?.message.id == id else { return }
        switch event {
        case .away: isReconnecting = true
        case .value(let value):
          isReconnecting = false
          if let delta = try Answer(data: value).read(as: DeltaAnswer.self).messageStream { reply?.take(delta) }
          if leavesProposals, reply?.waitsForPerson == true {
            hasStopped = true
            return
          }
        }
      }
    } catch {
      if !Task.isCancelled { replyProblem = Problem(error) }
    }
    guard !Task.isCancelled else { return }
    hasStopped = true
    isReconnecting = false
    if reply?.isOver == true { await finish() }
  }

  /// Puts the reply among what was said.
  private func commit() {
    guard let message = reply?.message else { return }
    list?.edit { value in
      guard let place = value.conversation?.messages?.nodes.firstIndex(where: { $0.id == message.id }) else { return }
      value.conversation?.messages?.nodes[place] = message
    }
  }

  private func finish() async {
    commit()
    // Why it ended, who wrote it, what the conversation is called now.
    await list?.refresh()
  }

  /// Stops the reply; what was said is kept.
  public func stop() async {
    guard let open = messages.last, open.isOpen else { return }
    await work.run(on: open.id) { try await end(open.id) }
  }

  struct Stopped: Decodable { let message: Message? }

  private func end(_ id: ObjectID) async throws {
    let request = Request(Document.stopMessage, ["input": ["messageId": .string(id.rawValue)]])
    let stopped = try await parts.graph.change(request, as: Stopped.self)
    guard let message = stopped.message, !message.isOpen else { return }
    if reply?.message.id == id {
      following?.cancel()
      isReconnecting = false
      reply?.end(as: message)
      commit()
    } else {
      list?.edit { $0.conversation?.messages?.nodes.place(message) }
    }
  }

  struct Again: Decodable { let reply: Message? }

  /// Has a message answered once more: one of the person's, or the reply to one. The reply before stays, as another version.
  public func regenerate(_ id: ObjectID) async {
    if await consent.mustAsk() {
      asksConsent = true
      return
    }
    var reply: Message?
    await work.run(on: id) {
      let request = Request(
        Document.regenerateMessage, ["input": ["messageId": .string(id.rawValue)]], idempotencyKey: parts.surroundings.makeKey())
      reply = try await parts.graph.change(request, as: Again.self).reply
    }
    guard let reply else { return }
    list?.edit { $0.conversation?.messages?.nodes.place(reply) }
    await follow(reply)
  }

  // MARK: Proposals

  /// Lets the assistant do exactly what is shown.
  /// - Parameter always: lets this tool run from now on without asking, unless others may have talked the assistant into it.
  public func approve(_ call: ToolCall, always: Bool = false) async {
    guard call.waitsForPerson, let confirmation = call.confirmation else { return }
    await decide(
      call, Document.approveToolCall,
      ["id": .string(call.id.rawValue), "confirmation": .string(confirmation), "always": .bool(always && call.mayBeAllowedAlways)])
  }

  public func reject(_ call: ToolCall, reason: String = "") async {
    guard call.waitsForPerson else { return }
    var input: [String: JSONValue] = ["id": .string(call.id.rawValue)]
    let reason = reason.trimmingCharacters(in: .whitespacesAndNewlines).prefix(500)
    if !reason.isEmpty { input["reason"] = .string(String(reason)) }
    await decide(call, Document.rejectToolCall, input)
  }

  struct Decided: Decodable { let toolCall: ToolCall? }

  private func decide(_ call: ToolCall, _ document: Document, _ input: [String: JSONValue]) async {
    await work.run(on: call.id) {
      do {
        let decided = try await parts.graph.change(Request(document, ["input": .object(input)]), as: Decided.self)
        if let call = decided.toolCall { put(call) }
      } catch let error as UserError {
        // It is not, or not any more, what is shown here.
        await list?.refresh()
        throw error
      }
    }
    if !isFollowing, let last = messages.last, last.isOpen { await follow(last) }
  }

  private func put(_ call: ToolCall) {
    if reply?.message.toolCalls.contains(where: { $0.id == call.id }) == true { reply?.put(call) }
    list?.edit { value in
      guard let nodes = value.conversation?.messages?.nodes,
        let place = nodes.firstIndex(where: { $0.toolCalls.contains { $0.id == call.id } })
      else { return }
      value.conversation?.messages?.nodes[place].put(call)
    }
  }

  // MARK: Branches

  /// Shows another version of a message, and what followed that one.
  public func show(_ version: ObjectID) async {
    if await change(on: version, ["currentMessageId": .string(version.rawValue)]) { await refresh() }
  }

  /// Gives the conversation another name; an empty one changes nothing.
  public func rename(_ title: String) async {
    let title = String(title.trimmingCharacters(in: .whitespacesAndNewlines).prefix(200))
    guard let conversationID, !title.isEmpty else { return }
    if await change(on: conversationID, ["title": .string(title)]) { list?.edit { $0.conversation?.title = title } }
  }

  private func change(on subject: ObjectID, _ changes: [String: JSONValue]) async -> Bool {
    guard let conversationID else { return false }
    return await work.run(on: subject) {
      let input = changes.merging(["id": .string(conversationID.rawValue)]) { $1 }
      try await parts.graph.change(Request(Document.updateConversation, ["input": .object(input)]))
    }
  }

  struct Forked: Decodable { let conversation: Message.Reference? }

  /// Makes a conversation of its own of what was said.
  /// - Returns: its id; nil when that did not work.
  public func fork(at message: ObjectID, _ mode: ForkMode = .visiblePath) async -> ObjectID? {
    guard let conversationID else { return nil }
    var made: ObjectID?
    await work.run(on: message) {
      let input: JSONValue = [
        "id": .string(parts.surroundings.makeID(.conversation).rawValue), "conversationId": .string(conversationID.rawValue),
        "messageId": .string(message.rawValue), "mode": .string(mode.rawValue),
      ]
      made = try await parts.graph.change(Request(Document.forkConversation, ["input": input]), as: Forked.self).conversation?.id
    }
    return made
  }
}

extension Parts {
  /// A conversation, or one that begins with the first thing said.
  /// - Parameter about: goals, life areas and research results that a new one is about; at most 20.
  @MainActor public func chat(_ conversation: ObjectID? = nil, about: [ObjectID] = [], consent: AiConsentModel? = nil) -> ChatModel {
    ChatModel(parts: self, conversationID: conversation, about: about, consent: consent)
  }

  @MainActor func conversation(_ id: ObjectID) -> QueryModel<ConversationValue> {
    model(
      Document.conversation, ["id": .string(id.rawValue)], isEmpty: { $0.conversation?.messages?.nodes.isEmpty ?? false },
      paging: Paging(
        variable: "before", cursor: \.previousCursor, join: { $0.preceded(by: $1) }, renew: { $0.renewed(by: $1) }))
  }
}
