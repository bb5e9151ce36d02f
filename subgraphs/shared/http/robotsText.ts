import robotsParser from 'robots-parser';

/** Its types tell of an ES module, which it is not. */
const parse = robotsParser as unknown as typeof robotsParser.default;

/** What a robots.txt says to us. */
export interface Rules {
  allows(url: URL): boolean;
  /** Milliseconds between two requests. */
  crawlDelay: number;
}

export const noRules: Rules = { allows: () => true, crawlDelay: 0 };

const longestDelay = 30_000;
/**
 * A robots.txt is written by strangers: one with endless rules and wildcards would keep the process busy at every page.
 * Rules beyond these limits are as if they stood beyond the end of what is read.
 */
const mostRules = 5_000;
const mostWildcards = 2_000;
const longestLine = 2_048;

/** Reads a robots.txt (RFC 9309) for a robot of this name. */
export function readRobots(url: string, text: string, robot: string): Rules {
  const robots = parse(url, ['user-agent: *', ...linesFor(text, robot)].join('\n'));
  const delay = robots.getCrawlDelay('*') ?? 0;
  return {
    allows: (page) => robots.isAllowed(page.href, '*') ?? true,
    crawlDelay: delay > 0 ? Math.min(delay * 1_000, longestDelay) : 0,
  };
}

/**
 * The rules of the groups that name the robot, or of those for everybody where none does. The parser would keep every
 * rule once for each name that stands above it, which is quadratic in what a stranger sends.
 */
function linesFor(text: string, robot: string): string[] {
  const ours: string[] = [];
  const everybodys: string[] = [];
  let named = false;
  let group = { ours: false, everybodys: false, open: false };
  for (const line of text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/)) {
    const [, field = '', value = ''] = /^\s*([\w-]+)\s*:\s*([^#]*)/.exec(line.slice(0, longestLine + 1)) ?? [];
    const name = field.toLowerCase();
    if (name === 'user-agent') {
      if (!group.open) group = { ours: false, everybodys: false, open: true };
      const agent = value.replace(/\/.*/, '').trim().toLowerCase();
      if (agent === robot.toLowerCase()) group.ours = named = true;
      if (agent === '*') group.everybodys = true;
    } else if (name === 'allow' || name === 'disallow' || name === 'crawl-delay') {
      group.open = false;
      if (line.length > longestLine) continue;
      const rule = `${name}: ${value.trim().replace(/\*+/g, '*')}`;
      if (group.ours) ours.push(rule);
      else if (group.everybodys) everybodys.push(rule);
    }
  }
  return withinLimits(named ? ours : everybodys);
}

function withinLimits(rules: string[]): string[] {
  let wildcards = 0;
  return rules.slice(0, mostRules).filter((rule) => {
    wildcards += rule.split('*').length - 1;
    return wildcards <= mostWildcards;
  });
}
