import type { ProviderRequest, Turn } from './provider.ts';

/**
 * About how many tokens a text has, rather too many than too few: budgets are planned with it, bills are not. No tokenizer is asked,
 * since every provider has its own, and their vocabularies weigh megabytes. Counted by runs of one kind, as tokenizers cut texts:
 *
 * - small Latin letters, and the capital that begins a word: four a token, begun ones included;
 * - capitals, digits and punctuation: two a token, which JSON, ids and Base64 come close to;
 * - Latin letters with marks, Greek, Cyrillic, Hebrew, Arabic: two a token;
 * - Chinese, Japanese, Korean, Devanagari, Thai and the rest: one each; beyond the basic plane (emoji): three each;
 * - a blank belongs to the word after it, more than one or a line's end is a token.
 *
 * Against o200k_base that is 1.2 to 1.5 times for English, code and JSON, up to 2.5 times for Russian, Hindi and Thai, whose words
 * younger tokenizers know and older ones do not.
 */
export function tokensOf(text: string): number {
  let tokens = 0;
  let kind = blank;
  let length = 0;
  const endRun = () => {
    if (kind === blank) tokens += length > 1 ? 1 : 0;
    else tokens += Math.ceil(length / perToken[kind]!);
    length = 0;
  };
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    const next = kindOf(code);
    const beginsWord = kind === capital && length === 1 && next === small;
    if (next !== kind) {
      if (!beginsWord) endRun();
      kind = next;
    }
    length += code === 10 ? 2 : 1;
  }
  endRun();
  return tokens;
}

const blank = 0;
const small = 1;
const sign = 2;
const marked = 3;
const other = 4;
const half = 5;
const capital = 6;
/** Characters of a kind in a token, by kind; half of a pair of UTF-16 is a token and a half. */
const perToken = [1, 4, 2, 2, 1, 2 / 3, 2];

function kindOf(code: number): number {
  if (code === 32 || (code >= 9 && code <= 13)) return blank;
  if (code >= 97 && code <= 122) return small;
  if (code >= 65 && code <= 90) return capital;
  if (code < 0x80) return sign;
  if (code < 0x0700) return marked;
  return code >= 0xd800 && code <= 0xdfff ? half : other;
}

/** What a request costs beside its texts: the frame of a turn, of a call, and what providers add when there are tools. */
const overhead = { request: 8, turn: 6, call: 12, tool: 12, tools: 350 };
/** What a search of the web may add: what was found is read by the model, and may be twice so. */
const ofWebSearch = 25_000;

/** About how many tokens the input of a request has. */
export function tokensOfRequest({
  system,
  turns,
  tools,
  webSearches = 0,
}: Pick<ProviderRequest, 'system' | 'turns' | 'tools' | 'webSearches'>): number {
  const ofTools = tools.map(
    ({ name, description, parameters }) =>
      overhead.tool + tokensOf(`${name} ${description} ${JSON.stringify(parameters)}`),
  );
  return (
    overhead.request +
    tokensOf(system) +
    sum(turns.map(tokensOfTurn)) +
    sum(ofTools) +
    (tools.length > 0 ? overhead.tools : 0) +
    webSearches * ofWebSearch
  );
}

/** About how many tokens a turn has. */
export function tokensOfTurn(turn: Turn): number {
  if (turn.role === 'tools') {
    return sum(turn.results.map(({ content }) => overhead.turn + overhead.call + tokensOf(content)));
  }
  const calls = turn.role === 'assistant' ? turn.toolCalls : [];
  return (
    overhead.turn +
    tokensOf(turn.text) +
    sum(calls.map(({ name, arguments: written }) => overhead.call + tokensOf(name) + tokensOf(written)))
  );
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
