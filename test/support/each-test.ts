// Before each test file: after every one of its tests, the caches that it opened are checked, all
// that can be (validate.ts). So no test has to end with a check of its own.

import { afterEach } from 'vitest';
import { checkOpened, noteOwners } from './opened.js';
import { expectValidOwner } from './validate.js';

noteOwners(expectValidOwner);
afterEach(checkOpened);
