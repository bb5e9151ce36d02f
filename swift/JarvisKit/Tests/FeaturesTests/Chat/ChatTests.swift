import Foundation
import Graph
import Models
import Persistence
import Testing

@testable import Features

private typealias Scene = ChatScene

@MainActor @Suite struct Chats {
  let scene = ChatScene()
  let first = ObjectID("message_1")
  let second = ObjectID("message_2")
  let conversation = ObjectID("conversation_1")

  /// Says something in a new conversation; ends with the reply.
  func said(_ text: String = "Hi", _ deltas: [Answer] = [Scene.delta(1, "END", ["status": "COMPLETE"])]) async -> ChatModel {
    await scene.takes(text)
    scene.replies.tell(deltas)
    let chat = scene.parts.chat()
    chat.draft = text
    await chat.send()
    return chat
  }

  /// A conversation whose reply waits for the person, and is followed.
  func proposed(tainted: Bool = false) async -> (ChatModel, Task<Void, Never>) {
    await scene.takes()
    scene.replies.tell(Scene.delta(1, "TOOL_CALL", ["toolCall": Scene.call("PROPOSED", tainted: tainted)]))
    let chat = scene.parts.chat()
    chat.draft = "Log 5 km"
    let sending = Task { await chat.send() }
    #expect(await eventually { chat.reply?.waitsForPerson == true })
    return (chat, sending)
  }

  // MARK: Replies

  @Test func aReplyIsWrittenOutOnceHoweverOftenTheConnectionIsLost() async {
    let scene = ChatScene(cutAfter: 2)
    await scene.takes()
    scene.replies.tell(
      Scene.delta(1, "TEXT", ["text": "Hel"]), Scene.delta(2, "TEXT", ["text": "lo, "]), Scene.delta(3, "USAGE"),
      Scene.delta(4, "TEXT", ["text": "Ada"]), Scene.delta(5, "END", ["status": "COMPLETE"]))
    let chat = scene.parts.chat()
    chat.draft = " Hi "
    await chat.send()
    #expect(chat.messages.map(\.content) == ["Hi", "Hello, Ada"])
    #expect(chat.messages.last?.status == .complete)
    #expect(chat.conversationID == conversation)
    #expect(chat.draft.isEmpty)
    #expect(chat.outgoing == nil)
    #expect(chat.replyProblem == nil)
    #expect(!chat.isReconnecting)
    #expect(!chat.isWriting)
    #expect(await scene.sent("SendMessage").map { $0["content"] } == ["Hi"])
    #expect(scene.replies.requests.map { $0.variables["after"] } == [0, 2, 4])
  }

  @Test func aReplyThatHasEndedSaysWhy() async {
    await scene.has([Scene.message(1, "Hi"), Scene.reply(2, "Sorry", status: "FAILED", after: 1, ended: "BUDGET", version: 9)])
    let chat = await said("Hi", [Scene.delta(1, "TEXT", ["text": "Sorry"]), Scene.delta(2, "END", ["status": "FAILED"])])
    #expect(chat.messages.last?.status == .failed)
    #expect(chat.messages.last?.endedBecause == .budget)
    #expect(chat.conversation?.contextGoals?.map(\.title) == ["Run 500 km"])
  }

  @Test func aConversationThatIsOpenedGoesOnWithItsReply() async {
    await scene.has([Scene.message(1, "Hi"), Scene.reply(2, "Hello, A", status: "STREAMING", after: 1)])
    let chat = scene.parts.chat(conversation)
    let opening = Task { await chat.open() }
    scene.replies.tell(Scene.delta(1, "TEXT", ["text": "Hel"]))
    #expect(await eventually { chat.reply?.sequence == 1 })
    // What was there already does not vanish while its beginning is heard again.
    #expect(chat.messages.last?.content == "Hello, A")
    #expect(chat.isWriting)
    #expect(!chat.canSend)
    scene.replies.tell(Scene.delta(2, "TEXT", ["text": "lo, Ada"]))
    #expect(await eventually { chat.messages.last?.content == "Hello, Ada" })
    await scene.has([Scene.message(1, "Hi"), Scene.reply(2, "Hello, Ada", status: "STOPPED", after: 1)])
    scene.replies.tell(Scene.delta(3, "END", ["status": "STOPPED"]))
    await opening.value
    #expect(chat.messages.last?.status == .stopped)
  }

  @Test func aScreenThatIsClosedAndOpenedGoesOnWhereItWas() async {
    await scene.has([Scene.message(1, "Hi"), Scene.reply(2, status: "STREAMING", after: 1)])
    let chat = scene.parts.chat(conversation)
    let opening = Task { await chat.open() }
    scene.replies.tell(Scene.delta(1, "TEXT", ["text": "Hel"]))
    #expect(await eventually { chat.messages.last?.content == "Hel" })
    chat.close()
    await opening.value
    #expect(await eventually { scene.replies.openLines == 0 })
    scene.replies.tell(Scene.delta(2, "TEXT", ["text": "lo"]))
    let again = Task { await chat.open() }
    #expect(await eventually { chat.messages.last?.content == "Hello" })
    #expect(scene.replies.requests.last?.variables["after"] == 1)
    again.cancel()
    await again.value
    #expect(await eventually { scene.replies.openLines == 0 })
  }

  @Test func aLostConnectionIsShownUntilItIsBack() async {
    await scene.has([Scene.message(1, "Hi"), Scene.reply(2, status: "STREAMING", after: 1)])
    let chat = scene.parts.chat(conversation)
    let opening = Task { await chat.open() }
    #expect(await eventually { scene.replies.openLines == 1 })
    scene.replies.cut()
    #expect(await eventually { chat.isReconnecting })
    scene.replies.tell(Scene.delta(1, "TEXT", ["text": "Hi"]))
    #expect(await eventually { !chat.isReconnecting })
    chat.close()
    await opening.value
  }

  @Test func aReplyThatCannotBeFollowedSaysSoAndIsTakenUpAgain() async {
    scene.replies.refuse(.refused(code: "NOT_FOUND", message: "Gone."))
    let chat = await said()
    #expect(chat.replyProblem == .refused("Gone."))
    scene.replies.refuse(nil)
    await chat.resume()
    #expect(chat.replyProblem == nil)
    #expect(chat.messages.last?.status == .complete)
    let before = scene.replies.requests.count
    await chat.resume()
    #expect(scene.replies.requests.count == before)
  }

  @Test func aReplyIsStoppedAndKeepsWhatWasSaid() async {
    await scene.has([Scene.message(1, "Hi"), Scene.reply(2, status: "STREAMING", after: 1)])
    let chat = scene.parts.chat(conversation)
    let opening = Task { await chat.open() }
    scene.replies.tell(Scene.delta(1, "TEXT", ["text": "Hel"]))
    #expect(await eventually { chat.isWriting && chat.reply?.sequence == 1 })
    await scene.answers("StopMessage", ["message": Scene.reply(2, "Hel", status: "STOPPED", after: 1, ended: "STOPPED", version: 2)])
    await chat.stop()
    await opening.value
    #expect(chat.messages.last?.status == .stopped)
    #expect(chat.messages.last?.content == "Hel")
    #expect(await scene.sent("StopMessage") == [["messageId": "message_2"]])
    await chat.stop()
    #expect(await scene.count("StopMessage") == 1)
  }

  @Test func aReplyThatIsNotFollowedIsStoppedToo() async {
    scene.replies.refuse(.unauthenticated)
    await scene.has([Scene.message(1, "Hi"), Scene.reply(2, status: "PENDING", after: 1)])
    let chat = scene.parts.chat(conversation)
    await chat.open()
    #expect(chat.replyProblem == .signedOut)
    await scene.refuses("StopMessage", "NOT_FOUND", "No such message.")
    await chat.stop()
    #expect(chat.work.problem == .refused("No such message."))
    await scene.answers("StopMessage", ["message": Scene.reply(2, "Hel", status: "STOPPED", after: 1, version: 2)])
    await chat.stop()
    #expect(chat.messages.last?.status == .stopped)
  }

  @Test func aReplyIsMadeAnewAsAnotherVersion() async {
    await scene.has([Scene.message(1, "Hi"), Scene.reply(2, "Bad", status: "FAILED", after: 1)])
    let chat = scene.parts.chat(conversation)
    await chat.open()
    await scene.answers("RegenerateMessage", ["reply": Scene.reply(3, after: 1, versions: [2, 3])])
    let end = [Scene.delta(1, "TEXT", ["text": "Good"]), Scene.delta(2, "END", ["status": "COMPLETE"])]
    scene.replies.tell(end)
    await scene.script.set("Conversation", .failure(.offline))
    await chat.regenerate(second)
    #expect(chat.messages.map(\.content) == ["Hi", "Good"])
    #expect(chat.messages.last?.branch?.number == 2)
    #expect(await scene.script.requests.first { $0.operation.name == "RegenerateMessage" }?.idempotencyKey != nil)
    await scene.refuses("RegenerateMessage", "LIMIT", "Too many.")
    await chat.regenerate(second)
    #expect(chat.work.problem == .refused("Too many."))
    #expect(chat.messages.map(\.content) == ["Hi", "Good"])
  }

  // MARK: Proposals

  @Test func aProposalWaitsForThePersonWhoApprovesExactlyWhatIsShown() async throws {
    let (chat, sending) = await proposed()
    let proposal = try #require(chat.messages.last?.proposals.first)
    #expect(chat.messages.last?.status == .waiting)
    #expect(!chat.isWriting)
    await scene.answers("ApproveToolCall", ["toolCall": Scene.call("APPROVED", version: 2)])
    await chat.approve(proposal)
    #expect(await scene.sent("ApproveToolCall") == [["id": "toolcall_1", "confirmation": "c1", "always": false]])
    #expect(chat.messages.last?.toolCalls.map(\.state) == [.approved])
    #expect(chat.isWriting)
    // What the stream tells later than it knows is nothing new.
    scene.replies.tell(Scene.delta(2, "TOOL_CALL", ["toolCall": Scene.call("PROPOSED")]))
    scene.replies.tell(Scene.delta(3, "TOOL_CALL", ["toolCall": Scene.call("DONE", version: 4)]))
    #expect(await eventually { chat.messages.last?.toolCalls.map(\.state) == [.done] })
    scene.replies.tell(Scene.delta(4, "TEXT", ["text": "Logged."]), Scene.delta(5, "END", ["status": "COMPLETE"]))
    await sending.value
    #expect(chat.messages.last?.content == "Logged.")
    await chat.approve(try #require(chat.messages.last?.toolCalls.first))
    await chat.reject(try #require(chat.messages.last?.toolCalls.first))
    #expect(await scene.count("ApproveToolCall") == 1)
    #expect(await scene.count("RejectToolCall") == 0)
  }

  @Test(arguments: [false, true]) func aToolIsAllowedAlwaysUnlessOthersMayHaveProposedIt(tainted: Bool) async throws {
    let (chat, sending) = await proposed(tainted: tainted)
    let proposal = try #require(chat.messages.last?.proposals.first)
    #expect(proposal.mayBeAllowedAlways == !tainted)
    await scene.answers("ApproveToolCall", ["toolCall": Scene.call("APPROVED", tainted: tainted, version: 2)])
    await chat.approve(proposal, always: true)
    #expect(await scene.sent("ApproveToolCall").map { $0["always"] } == [.bool(!tainted)])
    chat.close()
    await sending.value
  }

  @Test func aProposalIsRejectedWithAReason() async throws {
    let (chat, sending) = await proposed()
    await scene.answers("RejectToolCall", ["toolCall": Scene.call("REJECTED", version: 2)])
    await chat.reject(try #require(chat.messages.last?.proposals.first), reason: " \(String(repeating: "x", count: 900))")
    #expect(chat.messages.last?.toolCalls.first?.state == .rejected)
    #expect(await scene.sent("RejectToolCall").first?["reason"]?.text?.count == 500)
    chat.close()
    await sending.value
  }

  @Test func aProposalIsRejectedWithoutAReason() async throws {
    let (chat, sending) = await proposed()
    await scene.answers("RejectToolCall", ["toolCall": Scene.call("REJECTED", version: 2)])
    await chat.reject(try #require(chat.messages.last?.proposals.first), reason: "  ")
    #expect(await scene.sent("RejectToolCall") == [["id": "toolcall_1"]])
    chat.close()
    await sending.value
  }

  @Test func anAnswerThatIsRefusedShowsWhatIsProposedNow() async throws {
    let (chat, sending) = await proposed()
    await scene.refuses("ApproveToolCall", "CONFLICT", "This is not what is proposed.")
    await scene.has([
      Scene.message(1, "Hi"), Scene.reply(2, status: "COMPLETE", after: 1, calls: [Scene.call("SUPERSEDED", version: 5)], version: 7),
    ])
    await chat.approve(try #require(chat.messages.last?.proposals.first))
    #expect(chat.work.problem == .refused("This is not what is proposed."))
    #expect(chat.messages.last?.toolCalls.first?.state == .superseded)
    chat.close()
    await sending.value
  }

  @Test func anAnsweredProposalGoesOnEvenWhereNobodyListened() async throws {
    scene.replies.refuse(.refused(code: "LIMIT", message: "Too many."))
    await scene.has([Scene.message(1, "Hi"), Scene.reply(2, status: "WAITING", after: 1, calls: [Scene.call("PROPOSED")])])
    let chat = scene.parts.chat(conversation)
    await chat.open()
    #expect(chat.replyProblem == .refused("Too many."))
    scene.replies.refuse(nil)
    scene.replies.tell(
      Scene.delta(1, "TOOL_CALL", ["toolCall": Scene.call("DONE", version: 3)]), Scene.delta(2, "TEXT", ["text": "Done."]),
      Scene.delta(3, "END", ["status": "COMPLETE"]))
    await scene.answers("ApproveToolCall", ["toolCall": Scene.call("APPROVED", version: 2)])
    await scene.script.set("Conversation", .failure(.offline))
    await chat.approve(try #require(chat.messages.last?.proposals.first))
    #expect(chat.messages.last?.content == "Done.")
  }

  // MARK: Saying something

  @Test func whatCannotBeSentWaitsOnTheDeviceAndIsSentOnce() async throws {
    let chat = scene.parts.chat()
    chat.draft = "Hi"
    #expect(chat.canSend)
    await chat.send()
    #expect(chat.delivery == .failed(.offline))
    #expect(chat.outgoing?.content == "Hi")
    chat.draft = "And"
    #expect(!chat.canSend)
    await chat.send()
    #expect(await scene.count("SendMessage") == 1)
    await chat.keepDraft()
    // The app is started anew.
    let again = scene.parts.chat()
    await scene.takes()
    scene.replies.tell(Scene.delta(1, "END", ["status": "COMPLETE"]))
    await again.open()
    #expect(again.outgoing == nil)
    #expect(again.draft == "And")
    #expect(again.messages.first?.content == "Hi")
    let ids = await scene.sent("SendMessage").map { $0["id"] }
    #expect(ids.count == 2)
    #expect(Set(ids).count == 1)
    // The draft has moved to the conversation that has begun.
    #expect(await scene.store.note("draft:new") == nil)
    #expect(await scene.store.note("draft:conversation_1")?["draft"] == "And")
  }

  @Test func whatTheServerHasAlreadyIsNotSentAgain() async throws {
    await scene.has([])
    let chat = scene.parts.chat(conversation)
    await chat.open()
    chat.draft = "Hi"
    await chat.send()
    let id = try #require(chat.outgoing?.id)
    await scene.has([Scene.message(1, "Hi").merging(["id": .string(id.rawValue)])])
    await chat.refresh()
    #expect(chat.outgoing == nil)
    #expect(await scene.count("SendMessage") == 1)
    #expect(await scene.store.note("draft:conversation_1") == nil)
  }

  @Test func withoutANetworkNothingIsTriedAgain() async {
    await scene.has([Scene.message(1, "Hi")])
    let chat = scene.parts.chat(conversation)
    await chat.open()
    chat.draft = "More"
    await chat.send()
    await scene.script.set("Conversation", .failure(.offline))
    await chat.refresh()
    #expect(await scene.count("SendMessage") == 1)
    #expect(chat.delivery == .failed(.offline))
  }

  @Test func whatWaitsIsTakenBackIntoTheField() async {
    let chat = scene.parts.chat()
    chat.draft = "Hi"
    await chat.send()
    chat.draft = "there"
    await chat.takeBack()
    #expect(chat.draft == "Hi\nthere")
    #expect(chat.outgoing == nil)
    await chat.takeBack()
    #expect(chat.draft == "Hi\nthere")
    chat.draft = ""
    await chat.sendAgain()
    #expect(await scene.count("SendMessage") == 1)
  }

  @Test func nothingIsNotSent() async {
    let chat = scene.parts.chat()
    chat.draft = " \n"
    #expect(!chat.canSend)
    await chat.send()
    #expect(await scene.script.requests.isEmpty)
  }

  @Test func aReplyThatIsInTheWayIsStoppedOnlyWhenThePersonWantsThat() async {
    await scene.refuses("SendMessage", "CONFLICT", "A reply is being written.")
    let chat = scene.parts.chat()
    chat.draft = "Hi"
    await chat.send()
    #expect(chat.delivery == .inTheWay("A reply is being written."))
    await scene.takes()
    scene.replies.tell(Scene.delta(1, "END", ["status": "COMPLETE"]))
    await chat.sendAgain(interrupting: true)
    let sent = await scene.sent("SendMessage")
    #expect(sent.map { $0["interrupt"]?.flag } == [nil, true])
    #expect(sent.first?["id"] == sent.last?["id"])
    #expect(chat.outgoing == nil)
  }

  @Test func aMessageIsSaidDifferently() async {
    await scene.has([Scene.message(1, "Hi"), Scene.reply(2, "Hello", status: "COMPLETE", after: 1), Scene.message(3, "Bye", after: 2)])
    let chat = scene.parts.chat(conversation)
    await chat.open()
    chat.draft = "By the way"
    chat.edit(chat.messages[1])
    #expect(chat.editing == nil)
    chat.edit(chat.messages[0])
    #expect(chat.draft == "Hi")
    chat.cancelEditing()
    #expect(chat.draft == "By the way")
    chat.cancelEditing()
    chat.edit(chat.messages[0])
    chat.edit(chat.messages[2])
    #expect(chat.draft == "Bye")
    // Of the two drafts, the one that was laid aside is kept.
    await chat.keepDraft()
    #expect(await scene.store.note("draft:conversation_1")?["draft"] == "By the way")
    chat.cancelEditing()
    chat.edit(chat.messages[0])
    chat.draft = "Hey"
    await scene.answers("EditMessage", ["message": Scene.message(4, "Hey", versions: [1, 4]), "reply": Scene.reply(5, after: 4)])
    scene.replies.tell(Scene.delta(1, "END", ["status": "COMPLETE"]))
    await scene.script.set("Conversation", .failure(.offline))
    await chat.send()
    #expect(await scene.sent("EditMessage").map { $0["messageId"] } == ["message_1"])
    #expect(await scene.sent("EditMessage").map { $0["reply"] } == [true])
    #expect(chat.messages.map(\.content) == ["Hey", ""])
    #expect(chat.messages.first?.sibling(-1) == first)
    #expect(chat.messages.first?.sibling(1) == nil)
    #expect(chat.draft == "By the way")
    #expect(chat.editing == nil)
  }

  @Test func aReplyThatIsBeingWrittenIsStoppedBeforeItsQuestionIsSaidDifferently() async throws {
    await scene.has([Scene.message(1, "Hi"), Scene.reply(2, status: "STREAMING", after: 1)])
    let chat = scene.parts.chat(conversation)
    let opening = Task { await chat.open() }
    #expect(await eventually { chat.isWriting && scene.replies.openLines == 1 })
    chat.edit(try #require(chat.messages.first))
    chat.draft = "Hey"
    await scene.answers("StopMessage", ["message": Scene.reply(2, status: "STOPPED", after: 1, version: 2)])
    await scene.answers("EditMessage", ["message": Scene.message(4, "Hey"), "reply": nil])
    await chat.send()
    await opening.value
    let names = await scene.script.requests.map(\.operation.name).filter { $0.hasSuffix("Message") }
    #expect(names == ["StopMessage", "EditMessage"])
    #expect(chat.messages.map(\.content) == ["Hey"])
  }

  @Test func aNoteAsksForNoAnswer() async {
    await scene.has([Scene.message(1, "Hi")])
    let chat = scene.parts.chat(conversation)
    await chat.open()
    await scene.answers("AddNote", ["message": Scene.message(2, "Buy shoes", after: 1)])
    chat.draft = "Buy shoes"
    await chat.send(asNote: true)
    #expect(chat.messages.map(\.content) == ["Hi", "Buy shoes"])
    #expect(await scene.sent("AddNote").first?["conversationId"] == "conversation_1")
    #expect(scene.replies.requests.isEmpty)
  }

  @Test func aConversationAboutSomethingIsStartedWithIt() async throws {
    await scene.answers("CreateConversation", ["conversation": Scene.row()])
    await scene.takes()
    scene.replies.tell(Scene.delta(1, "END", ["status": "COMPLETE"]))
    let chat = scene.parts.chat(about: [ObjectID("goal_1")])
    chat.draft = String(repeating: "How am I doing?  ", count: 8)
    await chat.keepDraft()
    #expect(await scene.store.note("draft:goal_1") != nil)
    await chat.send()
    let start = try #require(await scene.sent("CreateConversation").first)
    #expect(start["contextIds"] == ["goal_1"])
    #expect(start["title"] == "How am I doing? How am I doing? How am I doing? How am I…")
    let sent = await scene.sent("SendMessage")
    #expect(start["id"] == sent.first?["conversationId"])
    #expect(await scene.store.note("draft:goal_1") == nil)
  }

  @Test func aDraftIsKeptOnceThePersonPauses() async throws {
    await scene.has([])
    let chat = scene.parts.chat(conversation)
    await chat.open()
    chat.draft = "Half a"
    await chat.keepDraft()
    let again = scene.parts.chat(conversation)
    await again.open()
    #expect(again.draft == "Half a")
    again.draft = ""
    await again.keepDraft()
    #expect(await scene.store.note("draft:conversation_1") == nil)
    // Who types on, has it kept later.
    again.draft = "Half a sent"
    let typing = Task { await again.keepDraft() }
    typing.cancel()
    await typing.value
    #expect(await scene.store.note("draft:conversation_1") == nil)
  }

  // MARK: Conversations

  @Test func aConversationThatIsGoneOrUnreachableSaysSo() async {
    await scene.script.set("Conversation", .failure(.unauthenticated))
    let chat = scene.parts.chat(conversation)
    await chat.open()
    #expect(chat.screen == .failed(.signedOut))
    await scene.script.set("Conversation", .success(["conversation": nil]))
    await chat.refresh()
    #expect(chat.isGone)
    #expect(scene.parts.chat().screen == .empty)
    #expect(!scene.parts.chat().isGone)
  }

  @Test func whatWasSaidBeforeIsLoadedAndStaysWhenTheEndIsLoadedAnew() async {
    await scene.has([Scene.message(3, "c"), Scene.message(4, "d", after: 3)], before: "3")
    let chat = scene.parts.chat(conversation)
    await chat.open()
    await scene.has([Scene.message(1, "a"), Scene.message(2, "b", after: 1)])
    await chat.list?.more()
    #expect(await scene.script.requests.last?.variables["before"] == "3")
    #expect(chat.messages.map(\.content) == ["a", "b", "c", "d"])
    #expect(chat.list?.hasMore == false)
    await scene.has([Scene.message(4, "d", after: 3), Scene.message(5, "e", after: 4)], before: "4")
    await chat.refresh()
    #expect(chat.messages.map(\.content) == ["a", "b", "c", "d", "e"])
    #expect(chat.list?.hasMore == false)
    // Of another branch, nothing of this one stays.
    await scene.has([Scene.message(8, "x"), Scene.message(9, "y", after: 8)], before: "8")
    await chat.refresh()
    #expect(chat.messages.map(\.content) == ["x", "y"])
    #expect(chat.list?.hasMore == true)
  }

  @Test func anotherVersionIsShown() async {
    await scene.has([Scene.message(1, "Hi"), Scene.reply(2, "One", status: "COMPLETE", after: 1, versions: [2, 3])])
    let chat = scene.parts.chat(conversation)
    await chat.open()
    #expect(chat.messages.last?.branch?.count == 2)
    let other = chat.messages.last?.sibling(1)
    #expect(other == ObjectID("message_3"))
    await scene.answers("UpdateConversation", ["conversation": Scene.row()])
    await scene.has([Scene.message(1, "Hi"), Scene.reply(3, "Two", status: "COMPLETE", after: 1, versions: [2, 3])])
    await chat.show(ObjectID("message_3"))
    #expect(await scene.sent("UpdateConversation") == [["id": "conversation_1", "currentMessageId": "message_3"]])
    #expect(chat.messages.map(\.content) == ["Hi", "Two"])
  }

  @Test func aConversationIsRenamedAndForked() async throws {
    await scene.has([Scene.message(1, "Hi")])
    let chat = scene.parts.chat(conversation)
    await chat.open()
    await scene.answers("UpdateConversation", ["conversation": Scene.row()])
    await chat.rename("  ")
    await chat.rename(" Marathon ")
    #expect(chat.conversation?.title == "Marathon")
    #expect(await scene.sent("UpdateConversation") == [["id": "conversation_1", "title": "Marathon"]])
    await scene.answers("ForkConversation", ["conversation": Scene.row(2)])
    #expect(await chat.fork(at: first, .fromHere) == ObjectID("conversation_2"))
    #expect(await scene.sent("ForkConversation").first?["mode"] == "FROM_HERE")
    await scene.refuses("ForkConversation", "LIMIT", "Too long.")
    #expect(await chat.fork(at: first) == nil)
    #expect(chat.work.problem == .refused("Too long."))
    // One that has not begun has no name and no versions.
    let new = scene.parts.chat()
    await new.rename("x")
    await new.show(first)
    #expect(await new.fork(at: first) == nil)
    #expect(await scene.count("UpdateConversation") == 1)
  }

  // MARK: Other devices

  func news(_ number: Int, _ message: JSONValue, in conversation: Int = 1) -> Answer {
    Answer(data: [
      "chatMessage": ["event": ["id": .string("event_\(number)")], "message": message, "conversation": Scene.row(conversation)]
    ])
  }

  @Test func whatIsSaidOnAnotherDeviceAppearsAndItsReplyIsFollowed() async {
    await scene.has([Scene.message(1, "Hi")])
    let chat = scene.parts.chat(conversation)
    await chat.open()
    let watching = Task { await chat.watch() }
    #expect(await eventually { scene.news.openLines == 1 })
    scene.news.tell(news(1, Scene.message(7, "Elsewhere"), in: 2))
    scene.news.tell(news(2, Scene.message(2, "From the Mac", after: 1)), news(3, Scene.reply(3, after: 2)))
    #expect(await eventually { chat.messages.count == 3 && scene.replies.openLines == 1 })
    scene.replies.tell(Scene.delta(1, "TEXT", ["text": "Hello"]))
    #expect(await eventually { chat.messages.map(\.content) == ["Hi", "From the Mac", "Hello"] })
    // What does not fit here is asked for.
    await scene.has([Scene.message(8, "Another branch")])
    scene.news.tell(news(4, Scene.message(9, "Behind something unknown", after: 8)))
    #expect(await eventually { chat.messages.map(\.content) == ["Another branch"] })
    // While the connection was away, anything may have happened.
    await scene.has([Scene.message(10, "Now")])
    scene.news.cut()
    #expect(await eventually { scene.news.requests.count == 2 && scene.news.openLines == 1 })
    scene.news.tell(news(5, Scene.message(11, "Elsewhere"), in: 2))
    #expect(await eventually { chat.messages.map(\.content) == ["Now"] })
    #expect(scene.news.requests.last?.variables["after"] == "event_4")
    watching.cancel()
    chat.close()
    await watching.value
    #expect(await eventually { scene.news.openLines == 0 })
  }
}
