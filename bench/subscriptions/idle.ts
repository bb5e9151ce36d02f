import { openClients } from './clients.ts';
import { query } from './scenario.ts';

/**
 * `idle.ts <url> <count>`: opens sockets, each of another account, says so and keeps them. A process of its own, whose garbage collector
 * does not delay those who measure.
 */
const [url, count] = process.argv.slice(2);
await openClients(url!, Number(count), (index) => ({ account: `idle-${index}` }), query, { times: null });
console.log('open');
