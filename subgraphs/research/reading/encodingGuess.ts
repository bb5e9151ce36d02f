import { decode } from './decoding.ts';

/**
 * A language's way to write in an old encoding: what its characters are, which of them come up all the time, and which speak against it. The
 * frequent ones decide between encodings that share their bytes.
 */
interface Candidate {
  encoding: string;
  own: RegExp;
  frequent: RegExp;
  against?: RegExp;
}

const kana = /[\u3041-\u30fe]/gu;
const japanese = /[\u3000-\u30ff\u4e00-\u9fff\uff01-\uff5e]/gu;
const chinese = /[\u3000-\u3029\u4e00-\u9fff\uff01-\uff5e]/gu;
const cyrillic = /[\u0400-\u045f«»—–„“№]/gu;
/** Capitals in the middle of words, which is what one Cyrillic encoding makes of another, and words of two scripts. */
const shouted = /(?<=[\u0430-\u045f])[\u0400-\u042f]|(?<=[A-Za-z])[\u0400-\u045f]|[\u0400-\u045f](?=[A-Za-z])/gu;
const mixed = /(?<=[a-z])[\u0370-\u06ff]|[\u0370-\u06ff](?=[a-z])/giu;
const halfWidth = /[\uff61-\uff9f]/gu;

/** Where two fit equally, the first is taken. */
const candidates: readonly Candidate[] = [
  {
    encoding: 'windows-1252',
    own: /[À-ÖØ-öø-ÿ‘’“”„«»–—…€©®°·•§ ]/gu,
    frequent: /(?<=[A-Za-z])[ß-öø-ÿ’]|[À-ÖØ-öø-ÿ‘“«](?=[a-z])|(?<=[a-z.,]) ?[”»–—…]/gu,
    against: /(?<=[À-ÿ])[À-ÿ]/gu,
  },
  { encoding: 'shift_jis', own: japanese, frequent: kana, against: halfWidth },
  { encoding: 'euc-jp', own: japanese, frequent: kana, against: halfWidth },
  {
    encoding: 'gb18030',
    own: chinese,
    frequent:
      /[的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里]/gu,
    against: kana,
  },
  {
    encoding: 'big5',
    own: chinese,
    frequent:
      /[的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年過發後作裡]/gu,
    against: kana,
  },
  {
    encoding: 'euc-kr',
    own: /[\uac00-\ud7a3\u3000-\u303f]/gu,
    frequent: /[이다는의에을가한고를은도로하지사기서나자인아리대]/gu,
    against: /[\u4e00-\u9fff]/gu,
  },
  { encoding: 'windows-1251', own: cyrillic, frequent: /[оеаинтсрвл]/gu, against: shouted },
  { encoding: 'koi8-r', own: cyrillic, frequent: /[оеаинтсрвл]/gu, against: shouted },
  { encoding: 'windows-1253', own: /[\u0370-\u03ff«»]/gu, frequent: /[αοιετνσρηςάόίέ]/gu, against: mixed },
  { encoding: 'windows-1255', own: /[\u0590-\u05ff]/gu, frequent: /[יוהלארתבמ]/gu, against: mixed },
  { encoding: 'windows-1256', own: /[\u0600-\u06ff]/gu, frequent: /[اليمونترب]/gu, against: mixed },
];

/**
 * The encoding in which the bytes read most like a language: the share of characters that are its own, twice the share of the frequent ones, less
 * what speaks against it. Null when nothing looks like anything.
 */
export function guessEncoding(bytes: Uint8Array): string | null {
  const sample = bytes.subarray(0, 64_000);
  let best: { encoding: string; score: number } | null = null;
  for (const { encoding, own, frequent, against } of candidates) {
    const text = decode(sample, encoding);
    const special = count(text, /[^\0-\x7f]/gu);
    if (special === 0) continue;
    const broken = count(text, /[\uFFFD\u0080-\u009f\ue000-\uf8ff]/gu);
    const score =
      (count(text, own) + 2 * count(text, frequent) - 2 * (against ? count(text, against) : 0) - 5 * broken) / special;
    if (score > 0.5 && (best === null || score > best.score)) best = { encoding, score };
  }
  return best?.encoding ?? null;
}

const count = (text: string, pattern: RegExp) => text.match(pattern)?.length ?? 0;
