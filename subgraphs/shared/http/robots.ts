import type { Clock } from '../clock.ts';
import { untilAborted } from './deadline.ts';
import { FetchRefused } from './refusals.ts';
import { noRules, type Rules, readRobots } from './robotsText.ts';

const kept = 3_600_000;
/** A site whose robots.txt cannot be had is asked again after this long. */
const keptFailure = 60_000;
const mostSites = 500;

/** What of a robots.txt is read: the least that RFC 9309 asks for. */
export const robotsBytes = 512_000;

export interface Robots {
  /**
   * The rules of the site that a page belongs to.
   * @throws FetchRefused when there is no knowing them.
   */
  rulesFor(page: URL, signal?: AbortSignal): Promise<Rules>;
}

/** Remembers what each site (scheme, host and port) asks of robots of this name. `fetchText` throws FetchRefused. */
export function createRobots(clock: Clock, robot: string, fetchText: (url: string) => Promise<string>): Robots {
  const sites = new Map<string, { until: number; rules: Promise<Rules> }>();

  function ask(origin: string): Promise<Rules> {
    const url = `${origin}/robots.txt`;
    const site = {
      until: Number.POSITIVE_INFINITY,
      rules: fetchText(url).then((text) => readRobots(url, text, robot)),
    };
    site.rules = site.rules.catch(withoutFile).then(
      (rules) => {
        site.until = clock.elapsed() + kept;
        return rules;
      },
      (error) => {
        site.until = clock.elapsed() + keptFailure;
        throw error;
      },
    );
    // Whoever asked may have left meanwhile.
    site.rules.catch(() => {});
    sites.delete(origin);
    sites.set(origin, site);
    for (const oldest of sites.keys()) {
      if (sites.size <= mostSites) break;
      sites.delete(oldest);
    }
    return site.rules;
  }

  return {
    async rulesFor(page, signal) {
      const site = sites.get(page.origin);
      const rules = site && clock.elapsed() < site.until ? site.rules : ask(page.origin);
      return signal ? untilAborted(rules, signal) : rules;
    },
  };
}

/** RFC 9309, 2.3.1: what is not there forbids nothing; a site that is in trouble is left alone. */
function withoutFile(error: unknown): Rules {
  if (!(error instanceof FetchRefused)) throw error;
  const { code, status, retryAfter } = error;
  if (code === 'TOO_MANY_REDIRECTS') return noRules;
  if (status !== null && status >= 400 && status < 500 && status !== 429) return noRules;
  // Then the page cannot be had either, and this says why.
  if (code === 'FORBIDDEN_ADDRESS' || code === 'UNREACHABLE' || code === 'TOO_SLOW') throw error;
  throw new FetchRefused('ROBOTS', 'The site does not say at the moment what robots may read.', {
    cause: error,
    ...(retryAfter && { retryAfter }),
  });
}
