import { Decimal } from 'decimal.js';
import { type Candidate, feedIsRead, type Gathered, type ReadFeed, readAddress, readItem } from './addresses.ts';
import type { Found } from './means.ts';
import type { Failure, Outcomes, StepResult } from './outcomes.ts';
import type { SnapshotRow } from './rows.ts';
import { longestUrl } from './snapshots.ts';
import { oneLine } from './text.ts';
import { RunFailure, type Work } from './work.ts';

/**
 * Reads what was planned: first the addresses themselves, then what the feeds among them name, in turn, until there is enough. What cannot be
 * read is noted and costs no more than itself.
 */
export async function gather(work: Work): Promise<StepResult<'GATHER'>> {
  const { budget, signal, platform } = work;
  const plan = work.outcomes.PLAN!;
  const time = AbortSignal.any([signal, AbortSignal.timeout(Math.round(budget.time * budget.reading))]);
  const failures: { place: number; failure: Failure }[] = [];
  /** By their place: addresses first, then what feeds name. The order does not depend on who answers first. */
  const documents = new Map<number, SnapshotRow>();
  const state = { unchanged: 0, left: 0 };
  const fail = (place: number, url: string, error: unknown) => {
    signal.throwIfAborted();
    const failure = failureOf(url, error, time.aborted);
    failures.push({ place, failure });
    const { code, message } = failure;
    platform.log.debug({ runId: work.run.id, code, error: message }, 'a source of research could not be read');
  };
  const { hits, cost, isPlanned } = await search(work, plan.query, time, (...what) => fail(-1, ...what));
  const addresses = [...new Set([...plan.addresses, ...hits.map(({ url }) => url)])].slice(0, mostAddresses);
  let planned = addresses.length + (isPlanned ? 1 : 0);
  const tell = () => work.report({ planned, fetched: documents.size, failed: failures.length });
  const add = (place: number, { snapshot, isUnchanged }: Gathered) => {
    if (snapshot.text.trim() === '') throw refusal('NO_TEXT', 'There is no text there.');
    if (isUnchanged) state.unchanged++;
    documents.set(place, snapshot);
  };

  const candidates: Candidate[][] = addresses.map(() => []);
  const feeds = new Map<string, ReadFeed>();
  await inTurn(addresses, budget.atOnce, time, async (url, position) => {
    if (documents.size >= budget.documents) return void state.left++;
    try {
      checkLength(url);
      const found = await readAddress(work, url, time);
      if ('snapshot' in found) add(position, found);
      else {
        candidates[position] = found.candidates.slice(0, budget.itemsOfFeed);
        if (found.feed) feeds.set(url, found.feed);
      }
    } catch (error) {
      fail(position, url, error);
    }
    await tell();
  });

  const items = unique(interleave(candidates), new Set([...documents.values()].map(({ url }) => url)));
  planned += Math.min(items.length, Math.max(0, budget.documents - documents.size));
  let underWay = 0;
  const read = new Map<string, number>();
  await inTurn(items, budget.atOnce, time, async (item, position) => {
    if (documents.size + underWay >= budget.documents) return void state.left++;
    underWay++;
    const place = addresses.length + position;
    try {
      checkLength(item.url);
      add(place, await readItem(work, item, time, (...what) => fail(place, ...what)));
      read.set(item.feedUrl, (read.get(item.feedUrl) ?? 0) + 1);
    } catch (error) {
      fail(place, item.url, error);
    } finally {
      underWay--;
    }
    await tell();
  });
  signal.throwIfAborted();
  for (const [url, feed] of feeds) {
    const named = items.filter(({ feedUrl }) => feedUrl === url).length;
    if ((read.get(url) ?? 0) === named) await feedIsRead(work, feed);
  }

  const kept = [...documents]
    .sort(([a], [b]) => a - b)
    .map(([, snapshot]) => snapshot)
    .slice(0, budget.documents);
  const unread = failures.sort((a, b) => a.place - b.place).map(({ failure }) => failure);
  if (kept.length === 0) throw new RunFailure('NOTHING_FETCHED', sentenceOf(unread), unread);
  const counts = { fetched: kept.length, unchanged: state.unchanged, failed: unread.length, left: state.left };
  return {
    outcome: { snapshots: kept.map(({ id }) => id), failures: unread },
    note: noteOf(counts, time.aborted),
    counts,
    progress: { planned, fetched: kept.length, failed: unread.length },
    ...(cost && { cost }),
  };
}

const mostAddresses = 60;

async function search(
  { means, budget, run }: Work,
  query: Outcomes['PLAN']['query'],
  signal: AbortSignal,
  fail: (url: string, error: unknown) => void,
): Promise<Found & { isPlanned: boolean }> {
  const searcher = query === null ? null : await means.searcher(run.userId);
  if (query === null || !searcher) return { hits: [], isPlanned: false };
  try {
    const left = new Decimal(budget.cost).minus(run.cost.toString());
    const found = await searcher.search(query, {
      count: budget.hits,
      runId: run.id,
      budget: left.toFixed(),
      signal,
    });
    return { ...found, hits: found.hits.slice(0, budget.hits), isPlanned: true };
  } catch (error) {
    fail(searcher.name, error);
    return { hits: [], isPlanned: true };
  }
}

const refusal = (code: string, message: string) => Object.assign(new Error(message), { code });

function checkLength(url: string): void {
  if (url.length > longestUrl) throw refusal('FORBIDDEN_URL', 'The address is too long.');
}

function failureOf(url: string, error: unknown, isLate: boolean): Failure {
  const { code, message } = error as { code?: unknown; message?: unknown };
  const address = oneLine(url, longestUrl);
  if (isLate) return { url: address, code: 'TOO_SLOW', message: 'There was no time left to read it.' };
  // What is refused has a word of ours; anything else is an accident whose text is nobody's business.
  return typeof code === 'string' && /^[A-Z_]{3,40}$/.test(code) && !/^(E[A-Z]+|P\d+|UND_|ERR_)/.test(code)
    ? { url: address, code, message: oneLine(String(message), 300) }
    : { url: address, code: 'UNREADABLE', message: 'It could not be read.' };
}

function sentenceOf(failures: readonly Failure[]): string {
  const [first] = failures;
  if (!first) return 'There was nothing to read at these addresses.';
  if (failures.length === 1) return `The one address that there is could not be read: ${first.message}`;
  return `None of the ${failures.length} addresses could be read; the first: ${first.message}`;
}

function noteOf({ fetched, unchanged, failed, left }: Record<string, number>, isLate: boolean): string {
  return [
    `${fetched} ${fetched === 1 ? 'text' : 'texts'} read`,
    unchanged! > 0 && `${unchanged} of them as before`,
    failed! > 0 && `${failed} ${failed === 1 ? 'address' : 'addresses'} could not be read`,
    left! > 0 && `${left} left out, for it was enough`,
    isLate && 'then time was up',
  ]
    .filter(Boolean)
    .join(', ')
    .concat('.');
}

/** Works through a list in its order, `atOnce` at a time, until time is up. */
async function inTurn<Item>(
  items: readonly Item[],
  atOnce: number,
  time: AbortSignal,
  work: (item: Item, position: number) => Promise<void>,
): Promise<void> {
  const queue = items.entries();
  const lane = async () => {
    for (const [position, item] of queue) {
      if (time.aborted) return;
      await work(item, position);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}

/** The first of each list, then the second of each … */
function interleave<Item>(lists: readonly (readonly Item[])[]): Item[] {
  const longest = Math.max(0, ...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, i) => lists.flatMap((list) => list.slice(i, i + 1))).flat();
}

function unique(items: readonly Candidate[], known: Set<string>): Candidate[] {
  return items.filter(({ url }) => !known.has(url) && known.add(url));
}
