// `npm start`: reads the command line, builds what is out of date, and runs bench/replay.ts.
//
// Wrong use and --help need no build: the options alone are bundled, in memory. The build takes
// half a minute, and is made only if a source is newer than what was built. Its output goes to
// standard error, so that standard output has only the answer.

import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const BUILT = 'build/js/bench/replay.js';
const PACKAGE = 'dist/index.js';
const SOURCES = ['assembly', 'src', 'bench', 'tools'];

/** When a file was written, or 0 if there is none. */
const writtenAt = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;

function isOutOfDate() {
  const built = Math.min(writtenAt(root + BUILT), writtenAt(root + PACKAGE));
  return SOURCES.some((folder) =>
    readdirSync(root + folder, { recursive: true })
      .filter((file) => /\.(ts|mjs)$/.test(file) && !file.includes('node_modules'))
      .some((file) => writtenAt(`${root}${folder}/${file}`) > built),
  );
}

/** Ends the process with commander's code if the arguments are wrong, or ask for help only. */
async function checkOptions(args) {
  const { outputFiles } = await build({
    entryPoints: [`${root}bench/options.ts`],
    bundle: true,
    format: 'esm',
    platform: 'node',
    write: false,
    banner: {
      js: 'import { createRequire } from "node:module"; let require = createRequire("/");',
    },
  });
  const [{ text }] = outputFiles;
  const { readOptions } = await import(`data:text/javascript,${encodeURIComponent(text)}`);
  try {
    readOptions(args);
  } catch (error) {
    process.exit(error.exitCode === 0 ? 0 : 2);
  }
}

const args = process.argv.slice(2);
await checkOptions(args);
if (isOutOfDate()) {
  process.stderr.write('building, which takes half a minute …\n');
  const options = { cwd: root, stdio: ['ignore', 2, 2] };
  const { status, error } = spawnSync('npm', ['run', '--silent', 'build:bench'], options);
  if (status !== 0) throw new Error('the build failed', { cause: error });
}
// npm changes to the package's folder, and says from where: names of files are meant from there.
process.chdir(process.env.INIT_CWD ?? process.cwd());
await import(pathToFileURL(root + BUILT).href);
