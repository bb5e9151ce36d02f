/** `npm run bench [-- jarvis | gateway | subscriptions | jarvis-sockets | abuse | chat] [options]`: one of the benches, Jarvis as a whole unless told otherwise. */
const benches: Record<string, string> = {
  jarvis: './main.ts',
  gateway: './gateway/main.ts',
  subscriptions: './subscriptions.ts',
  'jarvis-sockets': './subscriptions/jarvis.ts',
  abuse: './abuse.ts',
  chat: './chat.ts',
};
const [first] = process.argv.slice(2);
const name = first === undefined || first.startsWith('-') ? 'jarvis' : first;
const file = benches[name];
if (!file) throw new Error(`There is no bench "${name}": ${Object.keys(benches).join(', ')}.`);
await import(file);
