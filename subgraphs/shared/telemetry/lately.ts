/** Longest wait for a figure, in milliseconds: Prometheus gives up a scrape after ten seconds. */
const patience = 1_500;

/**
 * What `read` found in the last `keptFor` milliseconds: asked again no sooner, and once for all who ask meanwhile. Null when it failed or took too
 * long: a figure is left out then, and whoever reads metrics gets all others.
 */
export function lately<T>(read: () => Promise<T>, keptFor = 5_000): () => Promise<T | null> {
  let found: Promise<T | null> | null = null;
  let at = 0;
  return () => {
    const now = performance.now();
    if (!found || now - at >= keptFor) {
      at = now;
      found = inTime(read);
    }
    return found;
  };
}

async function inTime<T>(read: () => Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((done) => {
    timer = setTimeout(() => done(null), patience).unref();
  });
  const answer = new Promise<T>((done) => done(read())).catch(() => null);
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}
