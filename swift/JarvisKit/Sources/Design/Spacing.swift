import SwiftUI

/// Distances between things, in points: multiples of four.
public enum Spacing {
  public static let tight: CGFloat = 4
  public static let small: CGFloat = 8
  public static let medium: CGFloat = 16
  public static let large: CGFloat = 24
  /// As wide as a column of cards gets.
  public static let column: CGFloat = 720
  /// What a finger needs.
  public static let touch: CGFloat = 44
}
