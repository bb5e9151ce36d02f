import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { swiftTokens, type Token } from './tokens.ts';
import { appleTargets, appTargets, sharedSources, swiftFiles } from './typecheck.ts';

/**
 * The texts of the apps. A literal in a view is a key: SwiftUI, `String(localized:)` and `LocalizedStringResource` look it up in the main
 * bundle, also where the view is part of the package. So the apps and their widgets share one catalogue, `swift/Shared`, which each of
 * their targets has among its resources. The package has none.
 */
const catalogueFile = 'swift/Shared/Localizable.xcstrings';
export const languages = ['en', 'de'] as const;

/** What takes a key: of a call of this name, the arguments with these labels, or the first one, `#0`, when it has no label. */
const takesKey: Record<string, string[]> = {
  ...Object.fromEntries(
    [
      ...[
        'Text',
        'Label',
        'Button',
        'Section',
        'Toggle',
        'Picker',
        'TextField',
        'SecureField',
        'LabeledContent',
        'Menu',
        'Link',
      ],
      ...[
        'NavigationLink',
        'Tab',
        'Stepper',
        'DatePicker',
        'ColorPicker',
        'DisclosureGroup',
        'GroupBox',
        'ProgressView',
        'Gauge',
      ],
      ...[
        'ControlGroup',
        'ShareLink',
        'CommandMenu',
        'Window',
        'WindowGroup',
        'MenuBarExtra',
        'ContentUnavailableView',
      ],
      ...[
        'LocalizedStringKey',
        'LocalizedStringResource',
        'IntentDescription',
        'IntentDialog',
        'Summary',
        'RenameButton',
      ],
      ...['navigationTitle', 'navigationSubtitle', 'alert', 'confirmationDialog', 'help', 'configurationDisplayName'],
      ...[
        'accessibilityLabel',
        'accessibilityHint',
        'accessibilityValue',
        'accessibilityInputLabels',
        'accessibilityRotor',
      ],
    ].map((name) => [name, ['#0']]),
  ),
  ContentUnavailableView: ['#0', 'description'],
  String: ['localized'],
  AttributedString: ['localized'],
  accessibilityAction: ['named'],
  accessibilityCustomContent: ['#0'],
  searchable: ['prompt'],
  Parameter: ['title', 'description', 'requestValueDialog'],
  AppShortcut: ['shortTitle'],
  DisplayRepresentation: ['title', 'subtitle', '#0'],
  TypeDisplayRepresentation: ['name', '#0'],
  result: ['dialog'],
};

/** Of what has many meanings: only behind a dot without anything before it, as in `x: .value("Day", day)`, or of a widget. */
const keyOfMember: Record<string, 'implicit' | 'any'> = { value: 'implicit', description: 'any' };

const keyTypes = ['LocalizedStringKey', 'LocalizedStringResource'];

/** A text that the apps show. */
export interface Found {
  key: string;
  /** `file:line`. */
  place: string;
}

/** Every key of the apps: of what only Apple's systems build, in the order of the files. */
export function keysOf(root: string): Found[] {
  const folders = appleTargets(root).map((name) => `swift/JarvisKit/Sources/${name}`);
  const files = [...folders, ...Object.values(appTargets).flat(), sharedSources]
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) => swiftFiles(root, folder))
    .map((file) => ({ file, tokens: read(root, file) }));
  const own = ownParameters(files.flatMap(({ tokens }) => tokens));
  return files.flatMap(({ file, tokens }) =>
    literals(tokens, own).map(({ key, line }) => ({ key, place: `${file}:${line}` })),
  );
}

function read(root: string, file: string): Token[] {
  try {
    return swiftTokens(readFileSync(join(root, file), 'utf8'));
  } catch (error) {
    throw new Error(`${file}: ${(error as Error).message}`);
  }
}

/**
 * What of our own views and functions takes a key: `init(_ title: LocalizedStringKey)`, or a property that a view is made with. By its label,
 * or where it has none by its place, `#0`.
 */
export function ownParameters(tokens: Token[]): Map<string, Set<string>> {
  const own = new Map<string, Set<string>>();
  const scopes: { name: string; depth: number }[] = [];
  /** For each open bracket, how many commas were in it. */
  const places: number[] = [];
  let depth = 0;
  let declared = '';
  for (const [i, { source, kind }] of tokens.entries()) {
    const before = (steps: number) => tokens[i - steps]?.source ?? '';
    if (['struct', 'class', 'enum', 'extension', 'func', 'case'].includes(before(1)) && kind === 'word')
      declared = source;
    if (source === 'init' && before(1) !== '.') declared = scopes.at(-1)?.name ?? '';
    if (source === '(') places.push(0);
    if (source === ')') places.pop();
    if (source === ',' && places.length > 0) places[places.length - 1]!++;
    if (source === '{') scopes.push({ name: declared, depth: depth++ });
    if (source === '}') {
      depth--;
      while (scopes.length > 0 && scopes.at(-1)!.depth >= depth) scopes.pop();
    }
    if (!keyTypes.includes(source) || before(1) !== ':') continue;
    // `label name: Type`, `name: Type`, or `let name: Type` of a type that is made with it.
    const [name, label] = [before(2), before(3)];
    const isProperty = label === 'let' || label === 'var';
    const owner = isProperty ? (scopes.at(-1)?.name ?? '') : declared;
    const written = label === '_' ? `#${places.at(-1) ?? 0}` : isProperty || /^[(,]$/.test(label) ? name : label;
    own.set(owner, (own.get(owner) ?? new Set()).add(written));
  }
  return own;
}

/** The literals of a file that are keys, with the placeholders of what is interpolated. */
export function literals(tokens: Token[], own = new Map<string, Set<string>>()): { key: string; line: number }[] {
  const found: { key: string; line: number }[] = [];
  const open: Bracket[] = [];
  let isPattern = false;
  for (const [i, token] of tokens.entries()) {
    const { source, kind } = token;
    const before = (steps: number) => tokens[i - steps]?.source ?? '';
    const inner = open.at(-1);
    if ('([{'.includes(source)) {
      const callee = tokens[i - 1]?.kind === 'word' ? before(1) : '';
      const isMember =
        callee !== '' && before(2) === '.' && (keyOfMember[callee] !== 'implicit' || /^[:(,[]$/.test(before(3)));
      const isKeyBlock =
        source === '{' &&
        ((keyTypes.includes(before(1)) && /^(:|->)$/.test(before(2))) || (inner?.isKeyBlock ?? false));
      // A list in an argument, as in `accessibilityInputLabels(["Log", "Add"])`.
      const isList = source === '[' && inner?.bracket === '(' && callee === '';
      open.push(
        isList
          ? { ...inner, bracket: source }
          : { bracket: source, callee, isMember, isKeyBlock, label: '#0', place: 0 },
      );
    } else if (')]}'.includes(source)) open.pop();
    else if (source === ',' && inner?.bracket === '(') inner.label = `#${++inner.place}`;
    else if (source === ':' && inner?.bracket === '(' && tokens[i - 1]?.kind === 'word' && /^[(,]$/.test(before(2)))
      inner.label = before(1);
    if (source === 'case') isPattern = true;
    else if (source === ':' || source === '{') isPattern = false;
    if (kind !== 'text') continue;
    for (const part of token.parts) if ('interpolated' in part) found.push(...literals(part.interpolated, own));
    const compared = [before(1), tokens[i + 1]?.source ?? ''].some((sign) => sign === '==' || sign === '!=');
    if (compared || (isPattern && inner?.bracket !== '(')) continue;
    const isTyped = keyTypes.includes(before(2)) && before(1) === '=' && before(3) === ':';
    if (isTyped || (inner?.bracket === '{' && inner.isKeyBlock) || (inner && isKeyArgument(inner, own)))
      found.push({ key: keyOf(token), line: token.line });
  }
  return found.filter(({ key }) => key !== '');
}

/** An open bracket, and where in it the reader is. */
interface Bracket {
  bracket: string;
  callee: string;
  isMember: boolean;
  /** Whether what is written in it for itself is a key. */
  isKeyBlock: boolean;
  /** Of the argument, or `#` and its place. */
  label: string;
  place: number;
}

function isKeyArgument({ bracket, callee, isMember, label }: Bracket, own: Map<string, Set<string>>): boolean {
  if (bracket === '{') return false;
  if (callee in keyOfMember) return isMember && label === '#0';
  return (takesKey[callee] ?? []).includes(label) || (own.get(callee)?.has(label) ?? false);
}

/** The key that Apple's systems make of a literal. */
function keyOf({ parts }: Token): string {
  const interpolates = parts.some((part) => 'interpolated' in part);
  return parts
    .map((part) => {
      if ('words' in part) return interpolates ? part.words.replaceAll('%', '%%') : part.words;
      return placeholder(part.interpolated);
    })
    .join('');
}

/**
 * Views interpolate texts, and whole numbers whose name ends in "count"; all else is put into words before. What App Intents interpolate by
 * its path, `\(\.$goal)`, stands in the key by its name.
 */
function placeholder(tokens: Token[]): string {
  const path = tokens[0]?.source === '\\' || tokens[0]?.source === '.' ? tokens.at(-1)!.source : null;
  if (path) return `\${${path.replace('$', '')}}`;
  return /count$/i.test(tokens.at(-1)?.source ?? '') ? '%lld' : '%@';
}

// MARK: The catalogue

interface Unit {
  state: string;
  value: string;
}
export interface Localization {
  stringUnit?: Unit;
  variations?: { plural?: Record<string, { stringUnit: Unit }> };
}
export interface Entry {
  comment?: string;
  shouldTranslate?: boolean;
  localizations?: Record<string, Localization>;
}
export interface Catalogue {
  sourceLanguage: string;
  strings: Record<string, Entry>;
  version: string;
}

export function readCatalogue(root: string): Catalogue {
  return JSON.parse(readFileSync(join(root, catalogueFile), 'utf8')) as Catalogue;
}

/** The catalogue with the keys that are used and no others; what is translated stays. */
export function completed(catalogue: Catalogue, keys: string[]): Catalogue {
  const strings: Catalogue['strings'] = {};
  for (const key of [...new Set(keys)].sort(asXcodeSorts))
    strings[key] = catalogue.strings[key] ?? (hasWords(key) ? {} : { shouldTranslate: false });
  return { ...catalogue, strings };
}

const collator = new Intl.Collator('en', { numeric: true });
function asXcodeSorts(a: string, b: string): number {
  return collator.compare(a, b) || (a < b ? -1 : 1);
}

const placeholders = /%(?:\d+\$)?(?:@|lld)|\$\{\w+\}|%%/g;
/** Whether there is anything to translate, e.g. not in `%@ · %@`. */
function hasWords(key: string): boolean {
  return /\p{L}/u.test(key.replace(placeholders, ''));
}

/** As Xcode writes it: a space before colons, and empty objects with an empty line. */
export function printCatalogue(catalogue: Catalogue): string {
  const print = (value: unknown, indent: string): string => {
    if (typeof value !== 'object' || value === null) return JSON.stringify(value);
    const lines = Object.entries(value).map(
      ([name, inner]) => `${indent}  ${JSON.stringify(name)} : ${print(inner, `${indent}  `)}`,
    );
    return `{\n${lines.join(',\n')}\n${indent}}`;
  };
  return `${print(catalogue, '')}\n`;
}

/** What is wrong with the catalogue, a sentence each. */
export function faults(catalogue: Catalogue, found: Found[]): string[] {
  const wrong: string[] = [];
  const used = new Set(found.map(({ key }) => key));
  for (const { key, place } of found)
    if (!catalogue.strings[key]) wrong.push(`${place}: "${key}" is not in the catalogue.`);
  for (const [key, entry] of Object.entries(catalogue.strings)) {
    const say = (what: string) => wrong.push(`"${key}"${what}`);
    if (!used.has(key)) say(' is used nowhere.');
    if (entry.shouldTranslate === false) {
      if (hasWords(key)) say(' has words to translate.');
      continue;
    }
    const counts = key.split('%lld').length - 1;
    if (counts > 1) say(' has two numbers: each decides about the plural, so make two sentences of it.');
    for (const language of languages) {
      const texts = textsOf(entry.localizations?.[language], counts > 0);
      // In English the key is the text, where there is no plural.
      if (!texts) {
        if (language !== 'en' || counts > 0) say(` has no ${counts > 0 ? 'one and other' : 'text'} in ${language}.`);
        continue;
      }
      for (const { state, value } of texts) {
        if (state !== 'translated') say(` is ${state} in ${language}.`);
        const [wanted, has] = [key, value].map((text) =>
          (text.match(placeholders) ?? []).map((each) => each.replace(/\d+\$/, '')).sort(),
        );
        // "One goal" may do without the number.
        const missing = wanted!.filter((each) => !(counts > 0 && each === '%lld'));
        const rest = has!.filter((each) => !(counts > 0 && each === '%lld'));
        if (missing.join() !== rest.join()) say(` has other placeholders in ${language}: "${value}".`);
      }
    }
  }
  return wrong;
}

function textsOf(localization: Localization | undefined, isPlural: boolean): Unit[] | null {
  if (!isPlural) return localization?.stringUnit ? [localization.stringUnit] : null;
  const { one, other } = localization?.variations?.plural ?? {};
  return one && other ? [one.stringUnit, other.stringUnit] : null;
}

/** Writes the catalogue with the keys that are used, and says what is left to do. With `check` it says whether it is so already. */
export function maintainCatalogue(root: string, check: boolean): boolean {
  const file = join(root, catalogueFile);
  const before = readFileSync(file, 'utf8');
  const found = keysOf(root);
  const catalogue = completed(
    JSON.parse(before) as Catalogue,
    found.map(({ key }) => key),
  );
  const text = printCatalogue(catalogue);
  if (check) return text === before;
  writeFileSync(file, text);
  for (const fault of faults(catalogue, found)) console.log(fault);
  return true;
}
