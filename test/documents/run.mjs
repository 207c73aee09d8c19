// Imports the files that it is given, one after another, and writes as JSON what each prints.

import { setImmediate } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { formatWithOptions } from 'node:util';

const outputs = [];
for (const file of process.argv.slice(2)) {
  const lines = [];
  outputs.push(lines);
  console.log = (...values) => {
    lines.push(
      formatWithOptions({ compact: true, breakLength: Number.POSITIVE_INFINITY }, ...values),
    );
  };
  await import(pathToFileURL(file));
  // CommonJS has no `await` at its top: what is settled already comes before the next program.
  await setImmediate();
}
process.stdout.write(JSON.stringify(outputs));
