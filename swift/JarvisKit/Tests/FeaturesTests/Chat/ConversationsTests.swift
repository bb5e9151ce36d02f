import Foundation
import Graph
import Models
import Persistence
import Testing

@testable import Features

private typealias Scene = ChatScene

@MainActor @Suite struct ConversationLists {
  let scene = ChatScene()
  let first = ObjectID("conversation_1")

  func has(_ rows: [JSONValue], next: String? = nil) async {
    await scene.script.set(
      "Conversations",
      .success([
        "viewer": [
          "conversations": [
            "nodes": .array(rows), "pageInfo": ["hasNextPage": .bool(next != nil), "endCursor": next.map { .string($0) } ?? .null],
          ]
        ]
      ]))
  }

  func opened(_ rows: [JSONValue], archived: Bool = false) async -> ConversationsModel {
    await has(rows)
    let model = scene.parts.conversations(archived: archived)
    await model.list.open()
    return model
  }

  func titles(_ model: ConversationsModel) -> [String] { model.list.screen.value?.rows.map(\.title) ?? [] }

  @Test func conversationsComeInPages() async {
    await has([Scene.row(1, title: "One")], next: "1")
    let model = scene.parts.conversations()
    await model.list.open()
    #expect(model.list.screen.value?.rows.first?.waitsForPerson == true)
    #expect(model.list.screen.value?.rows.first?.isBeingWritten == false)
    await has([Scene.row(2, title: "Two")])
    await model.list.more()
    #expect(titles(model) == ["One", "Two"])
    #expect(!model.list.hasMore)
    #expect(await scene.script.requests.last?.variables["filter"] == ["archived": false])
  }

  @Test func aConversationIsRenamed() async {
    let model = await opened([Scene.row()])
    await model.rename(first, to: " ")
    #expect(await scene.count("UpdateConversation") == 0)
    await scene.answers("UpdateConversation", ["conversation": Scene.row()])
    await model.rename(first, to: " \(String(repeating: "x", count: 300))")
    #expect(titles(model) == [String(repeating: "x", count: 200)])
    await model.rename(ObjectID("conversation_9"), to: "Not here")
    await scene.refuses("UpdateConversation", "NOT_FOUND", "Gone.")
    await model.rename(first, to: "New")
    #expect(model.work.problem == .refused("Gone."))
    #expect(titles(model) == [String(repeating: "x", count: 200)])
  }

  @Test func aConversationIsPutAwayAndBroughtBack() async {
    let model = await opened([Scene.row(1), Scene.row(2, title: "Two")])
    await scene.answers("UpdateConversation", ["conversation": Scene.row()])
    await model.archive(first)
    #expect(titles(model) == ["Two"])
    #expect(await scene.sent("UpdateConversation") == [["id": "conversation_1", "archived": true]])
    let archive = await opened([Scene.row(1, archived: true)], archived: true)
    await archive.archive(first, false)
    #expect(archive.list.screen == .empty)
  }

  @Test func aConversationIsDeletedWithItsDraft() async {
    let model = await opened([Scene.row(1), Scene.row(2, title: "Two")])
    await scene.store.write([.setNote(Outgoing.note(first), ["draft": "x"])])
    await scene.refuses("DeleteConversation", "CONFLICT")
    await model.delete(first)
    #expect(model.list.screen.value?.rows.count == 2)
    await scene.refuses("DeleteConversation", "NOT_FOUND")
    await model.delete(first)
    #expect(titles(model) == ["Two"])
    #expect(await scene.store.note(Outgoing.note(first)) == nil)
    await scene.answers("DeleteConversation", ["deletedId": "conversation_2"])
    await model.delete(ObjectID("conversation_2"))
    #expect(model.list.screen == .empty)
    #expect(model.work.problem == nil)
  }

  @Test func whatIsSaidElsewhereComesToTheTop() async {
    let model = await opened([Scene.row(1, title: "One", at: "2026-03-01T09:00:00.000Z"), Scene.row(2, title: "Two")])
    let watching = Task { await model.watch() }
    #expect(await eventually { scene.news.openLines == 1 })
    func tell(_ number: Int, _ row: JSONValue) {
      scene.news.tell(
        Answer(data: ["chatMessage": ["event": ["id": .string("event_\(number)")], "message": nil, "conversation": row]]))
    }
    tell(1, Scene.row(2, title: "Two!", at: "2026-03-01T10:00:00.000Z"))
    #expect(await eventually { titles(model) == ["Two!", "One"] })
    tell(2, Scene.row(1, title: "One", archived: true))
    #expect(await eventually { titles(model) == ["Two!"] })
    tell(3, Scene.row(3, title: "Old"))
    #expect(await eventually { titles(model) == ["Two!", "Old"] })
    await has([Scene.row(4, title: "Four")])
    scene.news.cut()
    #expect(await eventually { scene.news.requests.count == 2 && scene.news.openLines == 1 })
    tell(4, .null)
    #expect(await eventually { titles(model) == ["Four"] })
    watching.cancel()
    await watching.value
  }

  @Test func listsThatCannotBeWatchedAreShownAllTheSame() async {
    let model = await opened([Scene.row()])
    scene.news.refuse(.unauthenticated)
    await model.watch()
    #expect(model.list.screen.value?.rows.count == 1)
  }

  @Test func wordsAreLookedForInAllThatWasSaid() async {
    let search = scene.parts.messageSearch()
    search.text = "  "
    await search.search()
    #expect(search.results == nil)
    func found(_ number: Int, next: String?) -> JSONValue {
      [
        "viewer": [
          "searchMessages": [
            "nodes": [
              [
                "message": [
                  "id": .string("message_\(number)"), "role": "USER", "createdAt": "2026-03-01T07:30:00.000Z",
                  "conversation": ["id": "conversation_1", "title": "Running"],
                ], "excerpt": [["text": "my ", "found": false], ["text": "marathon", "found": true]],
              ]
            ],
            "pageInfo": ["hasNextPage": .bool(next != nil), "endCursor": next.map { .string($0) } ?? .null],
          ]
        ]
      ]
    }
    await scene.script.set("SearchMessages", .success(found(1, next: "1")))
    search.text = " marathon "
    await search.search()
    await scene.script.set("SearchMessages", .success(found(2, next: nil)))
    await search.results?.more()
    #expect(search.results?.screen.value?.matches.map(\.id) == [ObjectID("message_1"), ObjectID("message_2")])
    #expect(await scene.script.requests.first?.variables["query"] == "marathon")
    // What somebody looked for is nobody's business.
    await scene.script.set("SearchMessages", .failure(.offline))
    await search.search()
    #expect(search.results?.screen == .failed(.offline))
    search.text = "typing on"
    let typing = Task { await search.search() }
    typing.cancel()
    await typing.value
    #expect(await scene.count("SearchMessages") == 3)
    search.text = ""
    await search.search()
    #expect(search.results == nil)
  }
}
