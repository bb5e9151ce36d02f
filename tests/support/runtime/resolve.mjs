let globals;

/** @param {string} url of the module that stands for `@jest/globals` */
export function initialize(url) {
  globals = url;
}

/** @type {import('node:module').ResolveHook} */
export function resolve(specifier, context, next) {
  return specifier === '@jest/globals' ? { url: globals, shortCircuit: true } : next(specifier, context);
}
