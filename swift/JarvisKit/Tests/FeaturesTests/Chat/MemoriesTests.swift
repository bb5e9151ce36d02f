import Foundation
import Graph
import Models
import Testing

@testable import Features

@MainActor @Suite struct MemoryLists {
  let scene = ChatScene()

  func memory(_ number: Int, _ text: String = "Runs in the morning", enabled: Bool = true, version: Int = 1, from: Bool = false)
    -> JSONValue
  {
    var memory: [String: JSONValue] = [
      "id": .string("memory_\(number)"), "kind": "PREFERENCE", "text": .string(text), "source": "ASSISTANT", "enabled": .bool(enabled),
      "createdAt": "2026-03-01T07:30:00.000Z", "version": .int(version),
    ]
    if from { memory["sourceMessage"] = ["id": "message_1", "conversation": ["id": "conversation_1", "title": "Running"]] }
    return .object(memory)
  }

  func has(_ memories: [JSONValue], next: String? = nil) async {
    await scene.script.set(
      "Memories",
      .success([
        "viewer": [
          "memories": [
            "nodes": .array(memories), "pageInfo": ["hasNextPage": .bool(next != nil), "endCursor": next.map { .string($0) } ?? .null],
          ]
        ]
      ]))
  }

  func opened(_ memories: [JSONValue]) async -> MemoriesModel {
    await has(memories)
    let model = scene.parts.memories()
    await model.list.open()
    return model
  }

  func conflict(_ now: JSONValue) async {
    await scene.script.set(
      "UpdateMemory",
      .success(["updateMemory": ["memory": now, "errors": [["code": "CONFLICT", "message": "Changed.", "path": []]]]]))
  }

  @Test func memoriesComeInPages() async {
    await has([memory(2)], next: "2")
    let model = scene.parts.memories()
    await model.list.open()
    await has([memory(1)])
    await model.list.more()
    #expect(model.memories.map(\.id) == [ObjectID("memory_2"), ObjectID("memory_1")])
    #expect(MemoryKind.known.count == 4)
  }

  @Test func aMemoryIsSwitchedOffAndKeepsWhereItComesFrom() async {
    let model = await opened([memory(1, from: true)])
    await scene.answers("UpdateMemory", ["memory": memory(1, enabled: false, version: 2)])
    await model.setEnabled(model.memories[0], false)
    #expect(model.memories.map(\.enabled) == [false])
    #expect(model.memories.first?.sourceMessage?.conversation.title == "Running")
    #expect(await scene.sent("UpdateMemory") == [["id": "memory_1", "enabled": false]])
    await scene.refuses("UpdateMemory", "NOT_FOUND", "Gone.")
    await model.setEnabled(model.memories[0], true)
    #expect(model.memories.map(\.enabled) == [false])
    #expect(model.work.problem == .refused("Gone."))
  }

  @Test func aMemoryIsForgotten() async {
    let model = await opened([memory(1), memory(2)])
    await scene.script.set("DeleteMemory", .failure(.offline))
    await model.delete(model.memories[0])
    #expect(model.memories.count == 2)
    #expect(model.work.problem == .offline)
    await scene.refuses("DeleteMemory", "NOT_FOUND")
    await model.delete(model.memories[0])
    await scene.answers("DeleteMemory", ["deletedId": "memory_2"])
    await model.delete(model.memories[0])
    #expect(model.list.screen == .empty)
  }

  @Test func somethingNewIsRemembered() async {
    let model = await opened([])
    let editor = model.editor()
    #expect(!editor.canSave)
    #expect(await !editor.save())
    editor.text = String(repeating: "x", count: 2001)
    #expect(editor.isTooLong)
    editor.text = " Answer briefly. "
    editor.kind = .instruction
    // The answer is lost: sent again, it is the same memory.
    #expect(await !editor.save())
    #expect(editor.work.problem == .offline)
    await scene.answers("CreateMemory", ["memory": memory(3, "Answer briefly.")])
    #expect(await editor.save())
    let sent = await scene.sent("CreateMemory")
    #expect(sent.map { $0["text"] } == ["Answer briefly.", "Answer briefly."])
    #expect(sent.map { $0["kind"] } == ["INSTRUCTION", "INSTRUCTION"])
    #expect(sent[0]["id"] == sent[1]["id"])
    #expect(model.memories.map(\.text) == ["Answer briefly."])
  }

  @Test func aMemoryThatSomebodyChangedMeanwhileIsForThePerson() async {
    let model = await opened([memory(1)])
    let editor = model.editor(for: model.memories[0])
    editor.text = "Runs at noon"
    await conflict(memory(1, "Runs at night", version: 4))
    #expect(await !editor.save())
    #expect(editor.conflict?.text == "Runs at night")
    #expect(!editor.canSave)
    await scene.answers("UpdateMemory", ["memory": memory(1, "Runs at noon", version: 5)])
    #expect(await editor.keepMine())
    #expect(await scene.sent("UpdateMemory").map { $0["expectedVersion"] } == [1, 4])
    #expect(model.memories.map(\.text) == ["Runs at noon"])
    #expect(await !editor.keepMine())

    await conflict(memory(1, "Runs at night", version: 8))
    editor.text = "Never runs"
    #expect(await !editor.save())
    editor.takeTheirs()
    #expect(editor.text == "Runs at night")
    #expect(model.memories.map(\.text) == ["Runs at night"])
    editor.takeTheirs()
  }

  @Test func theLedgerComesInPagesAndAReplySaysHowItWasMade() async {
    func call(_ number: Int, next: Bool) -> JSONValue {
      [
        "viewer": [
          "aiCalls": [
            "nodes": [
              [
                "id": .string("aicall_\(number)"), "purpose": "REPLY", "provider": "local", "model": "rules",
                "dataClasses": ["MESSAGES", "FUTURE"], "outcome": "OK", "inputTokens": 5, "outputTokens": 2, "estimated": false,
                "cost": "0",
                "startedAt": "2026-03-01T07:30:00.000Z",
              ]
            ],
            "pageInfo": ["hasNextPage": .bool(next), "endCursor": "1"],
          ]
        ]
      ]
    }
    await scene.script.set("AiLedger", .success(call(2, next: true)))
    let ledger = scene.parts.aiLedger()
    await ledger.open()
    await scene.script.set("AiLedger", .success(call(1, next: false)))
    await ledger.more()
    #expect(ledger.screen.value?.calls.map(\.dataClasses) == [[.messages, .unknown], [.messages, .unknown]])
    let detail = scene.parts.replyDetail(ObjectID("message_2"))
    await scene.script.set(
      "ReplyDetail",
      .success([
        "node": ["context": [["kind": "MEMORY", "label": "Runs in the morning", "tokens": 6, "omitted": "NO_CONSENT"]], "toolCalls": []]
      ]))
    await detail.open()
    #expect(detail.screen.value?.node?.context?.map(\.omitted) == [.noConsent])
  }
}

@Suite struct Texts {
  @Test func aScreenReaderSaysWholeSentencesOnceThereIsEnough() {
    var spoken = SpokenReply()
    #expect(spoken.take("Well. ", isOver: false) == nil)
    let long = "Well. " + String(repeating: "word ", count: 40)
    #expect(spoken.take(long, isOver: false) == "Well.")
    #expect(spoken.take(long + "end. Then", isOver: false)?.hasSuffix("end.") == true)
    #expect(spoken.take(long + "end. Then", isOver: false) == nil)
    #expect(spoken.take(long + "end. Then it", isOver: true) == "Then it")
    #expect(spoken.take(long + "end. Then it", isOver: true) == nil)
  }

  @Test func aListIsSaidByItsLines() {
    var spoken = SpokenReply()
    let line = "- \(String(repeating: "3.14 ", count: 40))"
    #expect(spoken.take(line, isOver: false) == nil)
    #expect(spoken.take("\(line)\nnext", isOver: false) == line.trimmingCharacters(in: .whitespaces))
  }

  @Test func markdownIsCutIntoItsPieces() {
    let text = """
      ## Today ##
      You have *two* goals
      in two lines.

      - Run
        by the river
        1. Shoes
      2) Read
      > quoted
      > twice
      ---
      ```swift
      let a = 1

      # no heading
      ```
      #no heading
      ~~~
      open
      """
    #expect(
      MarkdownBlock.blocks(of: text) == [
        .heading(level: 2, "Today"), .paragraph("You have *two* goals\nin two lines."), .item(depth: 0, number: nil, "Run\nby the river"),
        .item(depth: 1, number: 1, "Shoes"), .item(depth: 0, number: 2, "Read"), .quote("quoted\ntwice"), .line,
        .code(language: "swift", "let a = 1\n\n# no heading"), .paragraph("#no heading"), .code(language: nil, "open"),
      ])
    #expect(MarkdownBlock.blocks(of: "").isEmpty)
  }
}
