import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import {
  type Catalogue,
  completed,
  type Entry,
  faults,
  keysOf,
  literals,
  ownParameters,
  printCatalogue,
  readCatalogue,
} from '../../scripts/swift/strings.ts';
import { swiftTokens } from '../../scripts/swift/tokens.ts';

const root = join(import.meta.dirname, '../..');

function keys(source: string): string[] {
  const tokens = swiftTokens(source);
  return literals(tokens, ownParameters(tokens)).map(({ key }) => key);
}

describe('The texts of the apps', () => {
  test('are all in the catalogue, in English and German, and no others are', () => {
    expect(faults(readCatalogue(root), keysOf(root))).toEqual([]);
  });
});

describe('A literal is a key', () => {
  test.each([
    ['Text("Today")', 'Today'],
    ['Label("Log", systemImage: "plus")', 'Log'],
    ['Button("Delete", role: .destructive) { delete() }', 'Delete'],
    ['Text(isOn ? "Pause" : "Resume")', 'Pause|Resume'],
    ['Text(kind == "BOOLEAN" ? "Done" : "Log")', 'Done|Log'],
    ['TextField("Note", text: $note, prompt: Text("Optional"))', 'Note|Optional'],
    ['view.navigationTitle("Goals").accessibilityLabel("All \\(goals.count) goals")', 'Goals|All %lld goals'],
    ['.accessibilityInputLabels(["Log", "Add"])', 'Log|Add'],
    ['.accessibilityAction(named: "Open") { }', 'Open'],
    ['.searchable(text: $text, prompt: "Search goals")', 'Search goals'],
    ['String(localized: "Next: \\(goal.title)")', 'Next: %@'],
    ['Text("\\(percent.formatted()) of 100%")', '%@ of 100%%'],
    ['Text("A \\(flag ? "b" : "c") d")', 'A %@ d'],
    ['LineMark(x: .value("Day", day), y: .value("Value", value))', 'Day|Value'],
    ['static let title: LocalizedStringResource = "Log progress"', 'Log progress'],
    ['@Parameter(title: "Goal", description: "Which one") var goal: String', 'Goal|Which one'],
    ['Summary("Log \\(\\.$value) for \\(\\.$goal)")', 'Log $'.concat('{value} for $', '{goal}')],
    ['Text("A \\"quoted\\" \\u{201E}word\\u{201C}")', 'A "quoted" „word“'],
    ['Text("""\n  One\n    two \\\n  three\n  """)', 'One\n  two three'],
    ['var title: LocalizedStringKey { switch self { case .a("x"): "A"; case .b: "B" } }', 'A|B'],
    ['func title() -> LocalizedStringKey { if x == "y" { "A" } else { "B" } }', 'A|B'],
    ['struct Card: View { let title: LocalizedStringKey }\nlet a = Card(title: "Mine", icon: "star")', 'Mine'],
    ['struct Card { init(_ title: LocalizedStringKey, icon: String) {} }\nlet a = Card("Mine", icon: "star")', 'Mine'],
    ['func point(_ symbol: String, _ title: LocalizedStringKey) {}\nlet a = point("star", "Yes")', 'Yes'],
    ['func row(_ name: String, hint text: LocalizedStringKey) {}\nlet a = row("no", hint: "Yes")', 'Yes'],
  ])('in %s', (source, expected) => expect(keys(source).join('|')).toBe(expected));

  test.each([
    'Text(verbatim: "Jarvis")',
    'Image(systemName: "star")',
    'let text = "Hello"',
    'goal.value("x")',
    '.tag("DAILY")',
    '// Text("Old")\n/* Text("/* Older */") */',
    'Text("")',
  ])('but not in %s', (source) => expect(keys(source)).toEqual([]));

  test.each(['Text("open', 'Text("a \\(b', '/* open', 'Text("""\nopen'])('and says where %j has no end', (source) => {
    expect(() => swiftTokens(`\n${source}`)).toThrow(/^Line 2: an? \w+ has no end\.$/);
  });
});

describe('The catalogue', () => {
  const text = (value: string) => ({ stringUnit: { state: 'translated', value } });
  const plural = (one: string, other: string) => ({ variations: { plural: { one: text(one), other: text(other) } } });
  const catalogue = (strings: Record<string, Entry>): Catalogue => ({ sourceLanguage: 'en', strings, version: '1.0' });
  const wrong = (strings: Record<string, Entry>, used = Object.keys(strings)) =>
    faults(
      catalogue(strings),
      used.map((key) => ({ key, place: 'A.swift:1' })),
    );

  test('has what is used, and keeps what is translated', () => {
    const german = { localizations: { de: text('Heute') } };
    const after = completed(catalogue({ Today: german, Gone: {} }), ['b 10', 'Today', 'b 9', '%@ · %@', 'Today']);
    expect(Object.entries(after.strings)).toEqual([
      ['%@ · %@', { shouldTranslate: false }],
      ['b 9', {}],
      ['b 10', {}],
      ['Today', german],
    ]);
    expect(printCatalogue(catalogue({ a: {} }))).toBe(
      '{\n  "sourceLanguage" : "en",\n  "strings" : {\n    "a" : {\n\n    }\n  },\n  "version" : "1.0"\n}\n',
    );
  });

  test('is right with German everywhere, plurals in both, and the placeholders of the key', () => {
    expect(
      wrong({
        Today: { localizations: { de: text('Heute') } },
        '%@ of %@': { localizations: { de: text('%2$@, davon %1$@') } },
        '%lld goals of %@': {
          localizations: {
            en: plural('One goal of %@', '%lld goals of %@'),
            de: plural('Ein Ziel von %@', '%lld Ziele von %@'),
          },
        },
      }),
    ).toEqual([]);
  });

  test.each<[string, Record<string, Entry>, ...string[][]]>([
    ['"Today" has no text in de.', { Today: {} }],
    ['"Today" is used nowhere.', { Today: { localizations: { de: text('Heute') } } }, []],
    ['A.swift:1: "Today" is not in the catalogue.', {}, ['Today']],
    ['"Today" is new in de.', { Today: { localizations: { de: { stringUnit: { state: 'new', value: 'Heute' } } } } }],
    ['"Today" has words to translate.', { Today: { shouldTranslate: false } }],
    ['"Hi %@" has other placeholders in de: "Hallo".', { 'Hi %@': { localizations: { de: text('Hallo') } } }],
    [
      '"%lld goals" has no one and other in en.',
      { '%lld goals': { localizations: { de: plural('%lld Ziel', '%lld Ziele') } } },
    ],
    [
      '"%lld of %lld" has two numbers: each decides about the plural, so make two sentences of it.',
      {
        '%lld of %lld': {
          localizations: { en: plural('%lld of %lld', '%lld of %lld'), de: plural('%lld von %lld', '%lld von %lld') },
        },
      },
    ],
  ])('is wrong where %s', (sentence, strings, ...[used]) => expect(wrong(strings, used)).toEqual([sentence]));
});
