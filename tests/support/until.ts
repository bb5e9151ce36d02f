/**
 * Waits until something holds, looking every 10 ms.
 * @throws Error with `what` when it does not within `seconds`.
 */
export async function until(what: string, holds: () => unknown, seconds = 15): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`Waited ${seconds} s in vain until: ${what}`);
    await new Promise((done) => setTimeout(done, 10));
  }
}
