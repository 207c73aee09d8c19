// `npm run bench`: measures this package, its peers and its limits, and prints tables.
//
// This file is the process; benchmark.ts owns the command line.

import { runBenchmark } from './benchmark.js';

process.exitCode = await runBenchmark(process.argv.slice(2));
