import { useSyncExternalStore } from 'react';
import { events } from './events.ts';

const statusText = { connecting: 'connecting…', live: 'live', ended: 'ended' };
const time = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });

/** Below the response: every event the subscription has brought, newest first; nothing before the first subscription. */
export function EventLogView() {
  const { operation, status, entries } = useSyncExternalStore(events.subscribe, events.state);
  if (!operation) return null;
  const count = entries[0]?.number ?? 0;
  return (
    <section className="jarvis-events" aria-label="Events">
      <header>
        <span className={`jarvis-status ${status}`} role="status">
          {operation} {statusText[status]}
        </span>
        <span>{count === 1 ? '1 event' : `${count} events`}</span>
        <button type="button" onClick={events.clear} disabled={!count && status !== 'ended'}>
          Clear
        </button>
      </header>
      {count === 0 && status === 'live' && <p>Waiting for the first event. Cause one in another tab.</p>}
      <ol reversed>
        {entries.map(({ number, at, field, result }) => (
          <li key={number}>
            <details>
              <summary>
                <time dateTime={at.toISOString()}>{time.format(at)}</time> <strong>{field}</strong>{' '}
                <code>{preview(result)}</code>
              </summary>
              <pre>{JSON.stringify(result, null, 2)}</pre>
            </details>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** One line of the payload; the style sheet cuts what does not fit. */
function preview(result: unknown): string {
  const { data, errors } = result as { data?: Record<string, unknown> | null; errors?: unknown };
  return JSON.stringify(Object.values(data ?? {})[0] ?? errors).slice(0, 300);
}
