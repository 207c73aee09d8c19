// The conformance test of SharedLRU in a page, unbundled: posts the report to where the page came
// from. The path of the page says what it expects.

import { report } from './shared-web.mjs';

const isAlone = location.pathname !== '/isolated';
const said = await report('/node_modules/wasm-lru/dist/shared.js', false, isAlone);
await fetch(`/report${location.pathname}`, { method: 'POST', body: JSON.stringify(said) });
