extension UIApplication {
  public static let openSettingsURLString = ""
}
