// Builds a program with Parcel, as an app has it by default: `parcel.mjs PROJECT FILE FOLDER`.

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Parcel } from '@parcel/core';

const { resolve } = createRequire(import.meta.url);
const [project, file, folder] = process.argv.slice(2);
const target = { distDir: join(project, folder), context: 'browser', sourceMap: false };
const parcel = new Parcel({
  entries: join(project, file),
  defaultConfig: resolve('@parcel/config-default'),
  mode: 'production',
  cacheDir: join(project, `${folder}-cache`),
  shouldAutoInstall: false,
  targets: { main: { ...target, engines: { browsers: 'last 1 Chrome version' } } },
});
try {
  await parcel.run();
} catch (error) {
  throw new Error(JSON.stringify(error.diagnostics?.map(({ message }) => message)), {
    cause: error,
  });
}
