/**
 * `@jest/globals` for tests that run as ordinary modules. A worker loads this once, and each file has functions of its own:
 * so every call goes to those of the file that is running.
 */
const running = Symbol.for('jarvis.tests.globals');

const ofTheRunningFile = (name) =>
  new Proxy(() => {}, {
    apply: (_target, self, parameters) => Reflect.apply(globalThis[running][name], self, parameters),
    get: (_target, key) => globalThis[running][name][key],
  });

export const test = ofTheRunningFile('test');
export const describe = ofTheRunningFile('describe');
export const expect = ofTheRunningFile('expect');
export const jest = ofTheRunningFile('jest');
export const beforeAll = ofTheRunningFile('beforeAll');
export const beforeEach = ofTheRunningFile('beforeEach');
export const afterAll = ofTheRunningFile('afterAll');
export const afterEach = ofTheRunningFile('afterEach');
