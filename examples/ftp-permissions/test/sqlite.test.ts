// Everything about sessions and faults, over SQLite.

import { describe } from 'node:test';
import { testActivity } from './activity.js';
import { type Faults, testFaults } from './faults.js';
import { testSessions } from './sessions.js';

describe('over SQLite', () => {
  const faults: Faults = {
    url: () => undefined,
    goDown: async ({ connection }) => {
      connection.isDown = true;
    },
    comeBack: async ({ connection }) => {
      connection.isDown = false;
    },
  };
  testSessions(faults.url);
  testFaults(faults);
  testActivity(faults);
});
