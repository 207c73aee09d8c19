// Builds a program with metro, as React Native has it: `metro.mjs PROJECT FILE OUT exports|files`.
//
// With `files`, exports of packages are not read, as before React Native 0.79.

import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import Metro from 'metro';
import { getDefaultConfig, mergeConfig } from 'metro-config';

const { resolve } = createRequire(import.meta.url);
const [project, file, out, resolution] = process.argv.slice(2);
const tools = dirname(dirname(dirname(resolve('@babel/core/package.json'))));
const config = mergeConfig(await getDefaultConfig(project), {
  projectRoot: project,
  watchFolders: [project, tools],
  maxWorkers: 1,
  cacheStores: [],
  reporter: { update() {} },
  resolver: {
    unstable_enablePackageExports: resolution === 'exports',
    resolverMainFields: ['react-native', 'browser', 'main'],
    nodeModulesPaths: [tools],
    useWatchman: false,
  },
  transformer: {
    babelTransformerPath: resolve('./metro-babel.cjs'),
    getTransformOptions: async () => ({ transform: { inlineRequires: true } }),
  },
});
const options = { entry: join(project, file), platform: 'android', dev: false, minify: true };
const { code } = await Metro.runBuild(config, options);
writeFileSync(join(project, out), code);
