// A thread that judges mutants, one for each number it is sent.

import { parentPort, workerData } from 'node:worker_threads';
import { mutantsOf } from './mutant.js';
import { judge } from './verdict.js';

const wat = workerData as string;
const mutants = mutantsOf(wat);

parentPort?.on('message', (index: number) => {
  parentPort?.postMessage(judge(wat, mutants[index]));
});
