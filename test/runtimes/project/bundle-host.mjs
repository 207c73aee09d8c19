// Runs a bundle, of bundled.mjs: `bundle-host.mjs FILE`. The report goes to standard output.

import { pathToFileURL } from 'node:url';

const began = performance.now();
globalThis.report = (report) => {
  const firstGetMs = globalThis.firstGetAt - began;
  console.log(JSON.stringify({ ...report, firstGetMs }));
};
await import(pathToFileURL(process.argv[2]).href);
