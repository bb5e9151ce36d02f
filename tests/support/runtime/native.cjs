/**
 * Jest's runtime without Jest's virtual machine: a test file and all it imports are ordinary modules of the worker
 * process, so a worker loads the graph once for all of its files rather than once for each. Tests, hooks, timeouts,
 * snapshots and reports are jest-circus's as ever. What it gives up is what no test here uses: module mocks, and a
 * global scope for each file.
 */
const { default: JestRuntime } = require('jest-runtime');
const { register } = require('node:module');
const { randomInt } = require('node:crypto');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');

/** Where `globals.mjs` looks for what the file that is running may call. */
const running = Symbol.for('jarvis.tests.globals');

/**
 * The seed of property tests: the same in every run, so that a change fails for what it changed. `PROPERTY_SEED=random`
 * looks further, and a number repeats what was found.
 */
function seedOfProperties(given = '20261126') {
  return given === 'random' ? randomInt(2 ** 31) : Number(given);
}

let prepared;
/** TypeScript by tsx, as in `npm start`; `@jest/globals`, which throws outside of Jest's own machine, by ours. */
async function prepare() {
  const tsx = await import('tsx/esm/api');
  tsx.register();
  const { default: fastCheck } = await import('fast-check');
  fastCheck.configureGlobal({ seed: seedOfProperties(process.env.PROPERTY_SEED) });
  register('./resolve.mjs', pathToFileURL(__filename), { data: pathToFileURL(join(__dirname, 'globals.mjs')).href });
}

class NativeRuntime extends JestRuntime {
  constructor(...parameters) {
    super(...parameters);
    this.mocker = parameters[1].moduleMocker;
  }

  /** Only jest-circus asks, for its own part that runs beside the tests: a fresh one, with the state of one file. */
  requireInternalModule(from, to) {
    if (to !== undefined) return super.requireInternalModule(from, to);
    for (const key of Object.getOwnPropertySymbols(globalThis)) {
      if (circusState.has(key.description)) delete globalThis[key];
    }
    delete require.cache[from];
    return require(from);
  }

  setGlobalsForRuntime(globals) {
    const { mocker } = this;
    const jest = {
      fn: mocker.fn.bind(mocker),
      spyOn: mocker.spyOn.bind(mocker),
      restoreAllMocks: () => mocker.restoreAllMocks(),
    };
    globalThis[running] = { ...globals, jest };
  }

  unstable_shouldLoadAsEsm() {
    return true;
  }

  async unstable_importModule(path) {
    prepared ??= prepare();
    await prepared;
    // Jest maps stacks by its own transforms' maps. Node knows tsx's.
    Error.prepareStackTrace = undefined;
    return import(pathToFileURL(path).href);
  }
}

/** What jest-circus keeps on the global object for the file that is running. */
const circusState = new Set(['JEST_STATE_SYMBOL', 'EVENT_HANDLERS', 'TEST_TIMEOUT_SYMBOL']);

module.exports = NativeRuntime;
