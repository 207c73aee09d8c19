// Asks the server that Nitro built for Vercel's edge, in Node. The report goes to standard output.

import answer from './vercel/server/index.mjs';

const response = await answer(new Request('http://localhost/'), { waitUntil() {} });
console.log(await response.text());
