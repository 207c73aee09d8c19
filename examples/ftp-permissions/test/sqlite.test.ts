// Everything about sessions and faults, over SQLite.

import { describe } from 'node:test';
import { testFaults } from './faults.js';
import { testSessions } from './sessions.js';

describe('over SQLite', () => {
  testSessions(() => undefined);
  testFaults({
    url: () => undefined,
    goDown: async ({ connection }) => {
      connection.isDown = true;
    },
    comeBack: async ({ connection }) => {
      connection.isDown = false;
    },
  });
});
