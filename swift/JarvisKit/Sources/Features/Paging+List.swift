import Foundation

extension Paging {
  /// A list that is a member of the answer: the next page is put behind what is there.
  init<Node>(_ list: WritableKeyPath<Value, Connection<Node>?> & Sendable) {
    self.init(
      cursor: { $0[keyPath: list]?.nextCursor },
      join: { shown, next in
        guard let page = next[keyPath: list] else { return shown }
        var joined = shown
        joined[keyPath: list] = shown[keyPath: list]?.followed(by: page) ?? page
        return joined
      })
  }
}
